"""InventWords: the figure, its network, its picture, its script and style."""
