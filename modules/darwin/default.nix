# Every nix-darwin module of nimmer. As on NixOS, `nimmer.topology` and `nimmer.host` say the rest.
{
  imports = [
    ../topology
    ./accounts.nix
    ./machine.nix
    ./handing.nix
    ./bus.nix
    ./agent.nix
    ./organ.nix
  ];
}
