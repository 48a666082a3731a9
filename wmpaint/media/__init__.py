"""Media: whatever lays marks on a canvas. Paint programs (`programs`) and what has learned from them (`ribbon`)."""
