"""SameNetwork: the figure, its conventions, picture, script and style."""
