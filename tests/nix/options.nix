# docs/nixos-options.md: every option of the modules, from the modules themselves.
{
  nixpkgs,
  inputs ? { },
  flake ? import ./. { inherit nixpkgs inputs; },
}:
let
  inherit (flake.inputs.nixpkgs) lib;
  inherit (lib) concatMapStringsSep filter hasInfix;

  topology = ../../topology;
  linux = lib.nixosSystem {
    modules = [
      flake.nixosModules.default
      {
        nimmer = { inherit topology; };
        nimmer.host = "theia";
        nixpkgs.hostPlatform = "x86_64-linux";
      }
    ];
  };
  mac = flake.inputs.nix-darwin.lib.darwinSystem {
    modules = [
      flake.darwinModules.default
      {
        nimmer.topology = topology + "/examples/cim";
        nimmer.host = "cim-mac-studio";
        nixpkgs.hostPlatform = "aarch64-darwin";
      }
    ];
  };

  documented =
    system:
    filter (o: o.visible && !o.internal) (
      lib.optionAttrSetToDocList { inherit (system.options) nimmer; }
    );
  # The folder of modules/ that declares an option.
  folderOf =
    option:
    lib.head (builtins.match ".*/modules/([a-z]+)(/.*)?" (toString (lib.head option.declarations)));
  sections = options: lib.groupBy folderOf options;

  # Roles of the NixOS manual are code here.
  plain =
    text:
    lib.concatStrings (
      filter builtins.isString (builtins.split "\\{(option|file|command|env|manpage)}" text)
    );

  code = text: if hasInfix "`" text then "`` ${text} ``" else "`${text}`";
  value =
    v:
    if v._type or "" == "literalMD" then
      plain v.text
    else if hasInfix "\n" (lib.trim v.text) then
      "\n\n```nix\n${lib.trim v.text}\n```"
    else
      code (lib.trim v.text);

  entry =
    o:
    lib.concatStringsSep "\n\n" ([
      "#### `${o.name}`"
      (lib.trim (plain o.description))
      (lib.concatStringsSep "\n" (
        [ "- Type: ${o.type}" ]
        ++ lib.optional (o ? default) "- Default: ${value o.default}"
        ++ lib.optional (o ? example) "- Example: ${value o.example}"
      ))
    ]);
  section =
    options: folder:
    "### [${folder}](../modules/${folder})\n\n" + concatMapStringsSep "\n\n" entry options.${folder};
  all = options: concatMapStringsSep "\n\n" (section options) (lib.attrNames options);
in
''
  # NixOS options

  Generated from the modules by `make nix-docs`: change it there. What a module is for and what it leaves to you stands in
  the README of its folder under [modules](../modules). How to begin is in [nixos.md](nixos.md).

  Almost all of it has a default that follows from the declaration; a host needs `nimmer.topology` and `nimmer.host`.

  ## NixOS

  ${all (sections (documented linux))}

  ## macOS

  `nimmer.topology`, `nimmer.host` and `nimmer.credentials` are as on NixOS.

  ${all (lib.filterAttrs (folder: _: folder == "darwin") (sections (documented mac)))}
''
