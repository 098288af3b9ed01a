# What nix-darwin wants to know of this Mac.
{
  system.primaryUser = "admin";
  # The version of nix-darwin's own state at the first install; it stays as it is.
  system.stateVersion = 6;
}
