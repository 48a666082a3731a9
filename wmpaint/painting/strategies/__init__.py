"""What happens to a painting beside its steps, each by itself: rounds of new marks, marks that are held, brushes that
are chosen, inks, and frames of a film.
"""
