"""Programs written for other libraries, run by symlab."""
