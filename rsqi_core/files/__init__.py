"""The files of a result: GeoPackage, shapefile, mask, and the one writer that writes whole or not at all."""
