"""Links that may be dead: which addresses the records name, one careful look at an address, and the daily round."""
