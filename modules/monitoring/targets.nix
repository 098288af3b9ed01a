# What the emitted targets say of one host: which jobs are read from it, at which address, and by which block.
{ config, lib }:
let
  nimmer = import ../lib { inherit lib; };
  inherit (config.nimmer) lab topology host;
  inherit (lib)
    concatMap
    elemAt
    filter
    hasPrefix
    unique
    ;

  # "10.20.0.10:9100", "[fd00::1]:9100" or "NAME:9100" in its two halves.
  endpoint =
    target:
    let
      halves = builtins.match "(.*):([0-9]+)" target;
    in
    {
      address = elemAt halves 0;
      port = lib.toInt (elemAt halves 1);
    };

  ofBlock =
    block:
    let
      folder = folderOf "prometheus" block + "/targets";
      ofJob =
        file:
        map
          (
            target:
            endpoint target
            // {
              inherit block;
              job = lib.removeSuffix ".json" file;
            }
          )
          (
            concatMap (group: group.targets) (
              filter (group: group.labels.host == host) (lib.importJSON (folder + "/${file}"))
            )
          );
    in
    concatMap ofJob (filter (lib.hasSuffix ".json") (lib.attrNames (builtins.readDir folder)));

  # Where a block's files lie below prometheus, grafana or loki: several blocks have a folder each.
  folderOf =
    program: block:
    nimmer.emitted topology (
      if builtins.length lab.monitoring > 1 then "${program}/${block.name}" else program
    );

  isLoopback = address: hasPrefix "127." address || address == "[::1]";
  isAddress = address: builtins.match "[0-9.]+|\\[.*]" address != null;

  all = concatMap ofBlock lab.monitoring;
  ofJob = job: filter (t: t.job == job) all;
in
{
  inherit folderOf isLoopback;

  # Every target of this host: { job, address, port, block }.
  inherit all;

  jobs = unique (map (t: t.job) all);

  # Where whoever serves a job is to listen. Two blocks may know a host by two addresses, and a name says nothing of
  # where to bind; then it is every address, and the firewall decides.
  listenOf =
    job:
    let
      addresses = unique (map (t: t.address) (ofJob job));
      address = lib.head addresses;
    in
    {
      address = if builtins.length addresses == 1 && isAddress address then address else "0.0.0.0";
      ports = unique (map (t: t.port) (ofJob job));
      inherit ((lib.head (ofJob job))) port;
    };

  # What another host reads here: the targets that are not on loopback.
  remote = filter (t: t.block.host != host && !isLoopback t.address) all;

  # By which addresses another host comes to this address of ours: by its own in the same network, else by any.
  seenAt =
    other: address:
    let
      here = nimmer.hostOf lab host;
      theirs = (nimmer.hostOf lab other).addresses;
      shared = filter (n: here.addresses.${n} == address && theirs ? ${n}) (lib.attrNames here.addresses);
    in
    if shared != [ ] then map (n: theirs.${n}) shared else lib.attrValues theirs;
}
