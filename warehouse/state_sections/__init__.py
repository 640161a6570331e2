"""The sections of the state's file; `warehouse.state` reads it as a whole."""
