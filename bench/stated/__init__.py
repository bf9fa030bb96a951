"""Published or exactly computed answers, family by family: how each is recognised, computed and compared."""
