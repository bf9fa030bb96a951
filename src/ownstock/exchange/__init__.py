"""What crosses to suppliers and other systems: it renders, sends and reads, and decides nothing."""
