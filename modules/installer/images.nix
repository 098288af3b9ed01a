# The images of a declared `installer`, one for each of its formats:
#
#   images { topology = DIR; installer = BLOCK; modules = [ ... ]; }
#
# returns { system, config, FORMAT = derivation, ... }. "netboot" holds a kernel, an initrd and a script for iPXE, and
# says in its attributes what a boot server needs: kernel, initrd, cmdLine.
{ lib, nixosSystem }:
let
  nimmer = import ../lib { inherit lib; };
in
{
  topology,
  installer,
  modules ? [ ],
}:
let
  lab = nimmer.read topology;
  # A Mac brings its own installer.
  hosts = lib.filter (h: lib.elem h.system nimmer.linuxSystems) (
    map (nimmer.hostOf lab) installer.hosts
  );
  systems = lib.unique (map (h: h.system) hosts);
  system =
    if builtins.length systems == 1 then
      lib.head systems
    else if systems == [ ] then
      throw "installer ${installer.name}: none of its hosts runs NixOS: name one that has system ${lib.concatStringsSep " or " nimmer.linuxSystems}"
    else
      throw "installer ${installer.name}: an image is for one system, and its hosts have ${lib.concatStringsSep " and " systems}: declare an installer for each";

  name = "nimmer-installer-${installer.name}-${system}";

  nixos = nixosSystem {
    modules = [
      ./.
      {
        nimmer.topology = topology;
        nimmer.installer.name = installer.name;
        nimmer.installer.hosts = map (h: h.name) hosts;
        nixpkgs.hostPlatform = lib.mkDefault system;
        # The medium is the same for all labs; its file says whose it is.
        image.modules = lib.genAttrs [ "iso-installer" "kexec" ] (_: {
          image.baseName = lib.mkForce name;
          system.installer.channel.enable = false;
        });
      }
    ]
    ++ modules;
  };
  inherit (nixos.config.system.build) images;

  # The variant that is made for kexec is what a boot server hands out, too.
  netboot =
    let
      inherit (images.kexec.passthru) config;
      inherit (config.system) build;
      kernelFile = config.system.boot.loader.kernelFile;
      tree = nixos.pkgs.linkFarm "${name}-netboot" {
        ${kernelFile} = "${build.kernel}/${kernelFile}";
        initrd = "${build.netbootRamdisk}/initrd";
        "netboot.ipxe" = "${build.netbootIpxeScript}/netboot.ipxe";
      };
    in
    tree
    // {
      inherit system;
      kernel = "${tree}/${kernelFile}";
      initrd = "${tree}/initrd";
      cmdLine = "init=${build.toplevel}/init ${toString config.boot.kernelParams}";
    };

  imageOf =
    format:
    if format == "netboot" then
      netboot
    else
      images.${if format == "iso" then "iso-installer" else format}
        or (throw "installer ${installer.name}: NixOS makes no image of format ${format}: iso and netboot are installers, and it knows ${lib.concatStringsSep ", " (lib.attrNames images)}");
in
{
  inherit system;
  inherit (nixos) config;
}
// lib.genAttrs installer.formats imageOf
