# One command of cmd/, or all of them: callPackage ./cmd/package.nix { command = "nimmer-gate"; }
{
  lib,
  buildGoModule,
  go_1_26,
  installShellFiles,
  stdenv,
  command ? null,
}:
let
  commands = if command == null then [ "nimmer" "nimmer-cell" "nimmer-gate" "nimmer-host" ] else [ command ];
in
(buildGoModule.override { go = go_1_26; }) {
  pname = if command == null then "nimmer" else command;
  version = "0.1.0";

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../go.mod
      ../go.sum
      (lib.fileset.fileFilter (f: !f.hasExt "nix") ../cmd)
      ../pkg
    ];
  };

  inherit (lib.importJSON ./vendor.json) vendorHash;

  subPackages = map (c: "cmd/${c}") commands;
  env.CGO_ENABLED = 0;
  ldflags = [
    "-s"
    "-w"
    "-X github.com/nimmerverse/nimmer/cmd/internal/cli.version=0.1.0"
  ];

  # The tests want PostgreSQL, network namespaces and time: `make test` runs them.
  doCheck = false;

  meta = {
    description = "One declaration of a GPU lab becomes a running, self-gating system";
    homepage = "https://github.com/nimmerverse/nimmer";
    license = lib.licenses.asl20;
    mainProgram = if command == null then "nimmer" else command;
    platforms = lib.platforms.linux ++ lib.platforms.darwin;
  };
}
