# The modules' eval tests: every modules/NAME/tests.nix, a function
#
#   { lib, eval, evalDarwin, ... }: { NAME = { expr = ...; expected = ...; }; }
#
# where `eval { host = "theia"; topology = DIR; modules = [ ... ]; }` is that host as NixOS sees it, and
# `evalDarwin` the same for a Mac. By hand, one module alone:
#
#   nix-instantiate --eval --strict --json tests/nix/eval-tests.nix --arg nixpkgs DIR --argstr only gate
#
# The result says how many ran, and what failed.
{
  nixpkgs,
  inputs ? { },
  flake ? import ./. { inherit nixpkgs inputs; },
  only ? null,
}:
let
  inherit (flake.inputs.nixpkgs) lib;
  inherit (lib)
    attrNames
    concatMap
    filter
    pathExists
    ;

  folder = ../../modules;
  found = filter (
    name: pathExists (folder + "/${name}/tests.nix") && (only == null || only == name)
  ) (attrNames (builtins.readDir folder));
  # A slip in a name would otherwise pass as no failure.
  suites = if found == [ ] then throw "no module ${toString only} has a tests.nix" else found;

  # A host that is not declared must fail by the module's own sentence, so its system is made up here.
  settings =
    { host, topology }:
    let
      lab = lib.importJSON (topology + "/topology.json");
      declared = lib.findFirst (h: h.name == host) { system = "x86_64-linux"; } lab.hosts;
    in
    {
      nimmer = { inherit host topology; };
      nixpkgs.hostPlatform = lib.mkDefault declared.system;
    };

  evalWith =
    system: module:
    {
      host,
      topology ? ../../topology,
      modules ? [ ],
      specialArgs ? { },
    }:
    system {
      inherit specialArgs;
      modules = [
        module
        (settings { inherit host topology; })
      ]
      ++ modules;
    };

  given = {
    inherit lib flake;
    eval = evalWith lib.nixosSystem flake.nixosModules.default;
    evalDarwin = evalWith flake.inputs.nix-darwin.lib.darwinSystem flake.darwinModules.default;
    pkgs = flake.inputs.nixpkgs.legacyPackages.x86_64-linux;
  };

  # A throw is one test's failure, not the end of all.
  run =
    suite: name: test:
    let
      tried = builtins.tryEval (builtins.deepSeq test.expr test.expr);
      got = if tried.success then tried.value else "it threw";
    in
    lib.optional (!tried.success || got != test.expected) {
      name = "${suite}: ${name}";
      inherit got;
      inherit (test) expected;
    };

  testsOf = suite: import (folder + "/${suite}/tests.nix") given;
in
{
  ran = lib.foldl' (n: suite: n + lib.length (attrNames (testsOf suite))) 0 suites;
  failures = concatMap (
    suite: concatMap (name: run suite name (testsOf suite).${name}) (attrNames (testsOf suite))
  ) suites;
}
