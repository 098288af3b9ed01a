{
  inputs.nimmer.url = "github:nimmerverse/nimmer";

  outputs =
    { nimmer, ... }:
    {
      inherit
        (nimmer.lib.lab {
          topology = ./topology;
          hosts = ./hosts;
        })
        nixosConfigurations
        darwinConfigurations
        deploy
        ;
    };
}
