"""The kit of all live figures: their base class, pieces of drawings, scripts and styles, trained weights."""
