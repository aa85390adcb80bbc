"""A batch on many machines through Dask distributed: requests go out, outcomes come back, and pixels never travel."""
