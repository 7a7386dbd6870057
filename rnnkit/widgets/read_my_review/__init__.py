"""ReadMyReview: the figure, its picture, its script and style."""
