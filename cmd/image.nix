# The image of cells and nerves, as the Containerfile makes it: a script that writes it to standard output.
#
#   nix build .#cell-image && ./result | podman load
{
  cacert,
  dockerTools,
  lib,
  nimmer-cell,
}:
dockerTools.streamLayeredImage {
  name = "nimmer-cell";
  tag = nimmer-cell.version;
  config = {
    Entrypoint = [ (lib.getExe nimmer-cell) ];
    Cmd = [ "--help" ];
    User = "65532:65532";
    Env = [
      "NIMMERVERSE_ENV=dev"
      # A bus whose certificate a public authority signed.
      "SSL_CERT_FILE=${cacert}/etc/ssl/certs/ca-bundle.crt"
    ];
    Labels = {
      "org.opencontainers.image.title" = "nimmer-cell";
      "org.opencontainers.image.description" = "Built-in cells and nerves of a nimmer lab";
      "org.opencontainers.image.version" = nimmer-cell.version;
      "org.opencontainers.image.licenses" = "Apache-2.0";
    };
  };
}
