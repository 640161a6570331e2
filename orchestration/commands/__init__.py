"""One module per `p20w` subcommand; each has `command`. Heavy imports happen inside the command."""
