"""Networks that others have trained, defined anew so that their official weights load by their official names."""
