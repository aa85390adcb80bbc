"""How a raster of any size passes through the stages: read once, strip by strip; final row by row; resumable."""
