# One command of cmd/, or all of them: callPackage ./cmd/package.nix { command = "nimmer-gate"; }
{
  lib,
  buildGoModule,
  go_1_26,
  installShellFiles,
  stdenv,
  versionCheckHook,
  command ? null,
}:
let
  # Every folder of cmd/ but what they share is a command.
  all = lib.attrNames (
    lib.filterAttrs (name: type: type == "directory" && name != "internal") (builtins.readDir ./.)
  );
  commands = if command == null then all else [ command ];
  mainProgram = if command == null then "nimmer" else command;

  # The coming version is written down once, in Go.
  version = lib.head (
    builtins.match ''.*var version = "([0-9.]+)[^"]*".*'' (lib.readFile ./internal/cli/version.go)
  );
  packaging = lib.importJSON ./vendor.json;

  completion = name: if name == "nimmer" then "completion" else "--completion";
in
(buildGoModule.override { go = go_1_26; }) {
  pname = mainProgram;
  inherit version;

  # Editing documentation, modules or a host rebuilds nothing.
  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../go.mod
      ../go.sum
      (lib.fileset.fileFilter (file: !file.hasExt "nix" && file.name != "vendor.json") ../cmd)
      ../pkg
    ];
  };

  inherit (packaging) vendorHash;

  subPackages = map (name: "cmd/${name}") commands;
  env.CGO_ENABLED = 0;
  ldflags = [
    "-s"
    "-w"
    "-X github.com/nimmerverse/nimmer/cmd/internal/cli.version=${version}"
  ];

  nativeBuildInputs = [ installShellFiles ];
  postInstall = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) (
    lib.concatMapStrings (name: ''
      installShellCompletion --cmd ${name} \
        --bash <($out/bin/${name} ${completion name} bash) \
        --zsh <($out/bin/${name} ${completion name} zsh) \
        --fish <($out/bin/${name} ${completion name} fish)
    '') commands
  );

  # The tests want PostgreSQL, network namespaces and time: `make test` runs them.
  doCheck = false;
  doInstallCheck = true;
  nativeInstallCheckInputs = [ versionCheckHook ];

  meta = {
    description = "One declaration of a GPU lab becomes a running, self-gating system";
    homepage = "https://github.com/nimmerverse/nimmer";
    license = lib.licenses.asl20;
    inherit mainProgram;
    platforms = lib.platforms.linux ++ lib.platforms.darwin;
  };
}
