"""What happens to a painting beside its steps, each by itself: rounds of new marks, inks, and frames of a film."""
