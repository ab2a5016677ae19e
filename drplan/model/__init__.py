"""What drplan knows and decides, as frozen data: no file, no network, no clock is touched here."""
