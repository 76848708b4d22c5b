"""RAFaRe (Guo et al., AAAI 2023): the surface of a face as the zero of a signed distance, from its photo alone."""
