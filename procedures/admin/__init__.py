"""The staff's side of the catalogue, one module per noun."""
