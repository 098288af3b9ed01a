# What the modules share: pure functions over the emitted declaration, and how a unit is hardened.
{ lib }:
let
  inherit (lib)
    any
    concatMap
    elem
    elemAt
    filter
    findFirst
    head
    splitString
    ;
in
rec {
  # The version of topology.json that these modules read.
  formatVersion = 1;

  # The systems a host may have; nixpkgs 26.05 is the last one with x86_64-darwin.
  linuxSystems = [
    "x86_64-linux"
    "aarch64-linux"
  ];
  darwinSystems = [ "aarch64-darwin" ];

  # The declaration as `nimmer topology emit` wrote it into a folder.
  read =
    folder:
    let
      file = folder + "/topology.json";
      lab = lib.importJSON file;
    in
    if !builtins.pathExists file then
      throw "nimmer.topology: ${toString folder} has no topology.json: run `nimmer topology emit` there and `git add` what it wrote"
    else if lab.format_version or 0 != formatVersion then
      throw "nimmer.topology: ${toString file} has format version ${
        toString (lab.format_version or 0)
      }, these modules read ${toString formatVersion}: emit it with the nimmer of this flake"
    else
      lab;

  # A file that was emitted beside topology.json.
  emitted =
    folder: name:
    if builtins.pathExists (folder + "/${name}") then
      folder + "/${name}"
    else
      throw "nimmer.topology: ${toString folder} has no ${name}: run `nimmer topology emit` there and `git add` what it wrote";

  # topology.json alone in the store: what else lies beside it restarts nobody.
  topologyFile = folder: "${emitted folder "topology.json"}";

  # A declared host, or a sentence that says which there are.
  hostOf =
    lab: name:
    findFirst (h: h.name == name)
      (throw "nimmer.host: ${name} is not in topology.json of lab ${lab.lab.name}: declare `host \"${name}\"` and emit again, or name one of ${
        lib.concatMapStringsSep ", " (h: h.name) lab.hosts
      }")
      lab.hosts;

  # A list of declared things by name.
  byName = list: lib.listToAttrs (map (x: lib.nameValuePair x.name x) list);

  # What of a lab a host runs.
  hereOf =
    lab: name:
    let
      host = hostOf lab name;
      on = list: filter (x: elem name (x.hosts or [ ]) || (x.host or "") == name) list;
      identities = filter (i: elem name i.hosts) lab.identities;
    in
    # Also what asks for lists alone must hear that a host is not declared.
    builtins.seq host {
      inherit host identities;
      services = on lab.services;
      units = on lab.units;
      hubs = on lab.nats;
      leaves = on lab.leaves;
      organs = on lab.organs;
      cortexes = on lab.cortexes;
      trainings = filter (t: any (i: i.name == t.identity) identities) lab.trainings;
      phoebes = on lab.phoebes;
      irises = on lab.irises;
      monitoring = on lab.monitoring;
      pxes = on lab.pxes;
      egresses = filter (
        e: elem name e.hosts || any (i: elem i.name e.identities) identities
      ) lab.egresses;
      wombs = filter (w: any (i: i.name == w.identity) identities) lab.wombs;
      kubernetes = on lab.kubernetes;
    };

  # The bus of an environment as seen from a host: the leaf it runs, the hub it runs, else the hub's address.
  busUrl =
    lab: host: env:
    let
      leaf = findFirst (l: l.host == host && elem env l.environments) null lab.leaves;
      hub = findFirst (
        n: elem env n.environments
      ) (throw "nimmer: environment ${env} has no hub: declare `nats` for it") lab.nats;
      port = toString hub.port;
    in
    if leaf != null then
      "nats://127.0.0.1:4222"
    else if hub.urls != [ ] then
      lib.concatStringsSep "," hub.urls
    else if hub ? tls then
      "tls://${hub.address}:${port}" # what its certificate is for
    else if elem host hub.hosts then
      "nats://${addressOn lab host hub.network}:${port}"
    else
      lib.concatMapStringsSep "," (h: "nats://${addressOn lab h hub.network}:${port}") hub.hosts;

  # A host's address on a network, "127.0.0.1" when it has none there.
  addressOn =
    lab: host: network:
    (hostOf lab host).addresses.${network} or "127.0.0.1";

  # Which processes of ours there are, and where each listens. Several monitoring blocks say the same, each in its folder.
  processes =
    folder:
    let
      inner = map (name: "prometheus/${name}/listen.json") (
        builtins.attrNames (builtins.readDir (emitted folder "prometheus"))
      );
      file = findFirst (f: builtins.pathExists (folder + "/${f}")) "prometheus/listen.json" (
        [ "prometheus/listen.json" ] ++ inner
      );
    in
    (lib.importJSON (emitted folder file)).processes;

  # Those of a host.
  processesOn = folder: host: filter (p: p.host == host) (processes folder);

  # Where a process of a service listens for Prometheus: an entry of prometheus/listen.json, or null.
  listenOf =
    folder: host: service:
    findFirst (p: p.service == service) null (processesOn folder host);

  # The network in which an environment's hub is reached, and what is beside it: databases, vector stores.
  busNetwork =
    lab: env:
    (findFirst (
      n: elem env n.environments
    ) (throw "nimmer: environment ${env} has no hub: declare `nats` for it") lab.nats).network;

  # The addresses in a network of the other hosts that share an environment with one.
  neighbours =
    lab: host: network: environments:
    map (h: h.addresses.${network}) (
      filter (
        h:
        h.name != host && h.addresses ? ${network} && lib.intersectLists h.environments environments != [ ]
      ) lab.hosts
    );

  # Names by address, as `networking.hosts` has them and host `name` should see them. A host's names and aliases stand
  # for its address in a network that both are in, the deployment network before others; but a hub listens in its
  # network alone: its address, and the host whose name that is, stand there.
  names =
    lab: name:
    let
      mine = (hostOf lab name).addresses;
      hubs = filter (n: n.hosts != [ ]) lab.nats;
      namesOf =
        h:
        [
          "${h.name}.${lab.lab.domain}"
          h.name
        ]
        ++ h.aliases;
      hubAt = h: findFirst (n: elem h.name n.hosts && elem n.address (namesOf h)) null hubs;
      addressOf =
        h:
        let
          hub = hubAt h;
          shared = builtins.intersectAttrs mine h.addresses;
          from = if shared != { } then shared else h.addresses;
        in
        if hub != null then
          addressOn lab h.name hub.network
        else
          from.${h.deploy.network} or (head (lib.attrValues from));
      reachable = filter (h: networksOf lab h != [ ]) lab.hosts;
      ofHosts = map (h: { ${addressOf h} = namesOf h; }) reachable;
      ofHubs = concatMap (
        n:
        map (h: { ${addressOn lab h n.network} = [ n.address ]; }) (
          filter (h: any (r: r.name == h) reachable) n.hosts
        )
      ) (filter (n: !any (h: elem n.address (namesOf h)) lab.hosts) hubs);
    in
    lib.zipAttrsWith (_: lib.concatLists) (ofHosts ++ ofHubs);

  # The networks a host has an address in; loopback of a one-machine lab is none.
  networksOf = lab: host: filter (n: !n.implicit && host.addresses ? ${n.name}) lab.networks;

  # The hardware address of a host's card in a network: the declared one; a guest's follows from its name, so that
  # hypervisor and guest agree on it; else null.
  macOf =
    lab: host: network:
    let
      hash = builtins.hashString "sha256" "${lab.lab.name}/${host.name}/${network}";
      byte = i: builtins.substring (2 * i) 2 hash;
    in
    host.macs.${network}
      or (if host.parent == "" then null else "52:54:00:${byte 0}:${byte 1}:${byte 2}");

  # The users of the bus in an environment, each with its `role`, and with what it is there for in `of`: "cell.math",
  # "service.gate-dev", "host.theia".
  busUsers =
    folder: env:
    let
      model = lib.importJSON (emitted folder "nats/accounts.json");
      accounts = filter (a: (a.environment or "") == env) (concatMap (site: site.accounts) model.sites);
    in
    concatMap (a: a.users) accounts;

  # The names of those that are there for one of these.
  usersOf =
    folder: env: blocks:
    lib.unique (map (u: u.name) (filter (u: any (b: elem b u.of) blocks) (busUsers folder env)));

  # The prefix length of a subnet: 24 of "10.20.0.0/24".
  prefixOf = subnet: lib.toInt (elemAt (splitString "/" subnet) 1);

  # Credentials for systemd, one for each of these bus users, from the folder that holds NAME.creds.
  loadCredentials = folder: users: map (u: "${u}.creds:${folder}/${u}.creds") users;

  # The slice that everything of an identity runs in.
  sliceOf = identity: "nimmer-${identity}.slice";

  # How a unit of an identity is run, as serviceConfig. No identity: a user that lives as long as the unit.
  identityOf =
    lab: host: name:
    if name == "" then
      { DynamicUser = true; }
    else if any (i: i.name == name && elem host i.hosts) lab.identities then
      {
        User = name;
        Group = name;
        Slice = sliceOf name;
      }
    else
      throw "nimmer: identity ${name} runs something on host ${host} and does not live there: add the host to its hosts and emit again";

  # What such a unit comes after and wants: its user, its home and its limits.
  identityUnits = name: lib.optional (name != "") "nimmer-identities.service";

  # The cards of an identity as "HOST/NAME": those it has whole, and the one it has a part of.
  cardsOf = identity: lib.unique (identity.gpus ++ lib.optional (identity ? card) identity.card.gpu);

  # The groups that open cards "HOST/NAME": one for the nodes that all cards share, one for each card.
  cardGroups =
    cards:
    lib.optionals (cards != [ ]) ([ "nimmer-gpu" ] ++ map (c: "nimmer-gpu-${baseNameOf c}") cards);

  # The same cards for DeviceAllow. The names under /dev/nimmer are links to the nodes, whose numbers may change.
  cardDevices =
    cards:
    lib.optionals (cards != [ ]) (
      map (d: "${d} rw") (
        [
          "/dev/nvidiactl"
          "/dev/nvidia-uvm"
          "/dev/nvidia-uvm-tools"
        ]
        ++ map (c: "/dev/nimmer/gpu-${baseNameOf c}") cards
      )
    );

  # What a unit with cards comes after and wants: it makes the nodes and the links.
  cardUnits = cards: lib.optional (cards != [ ]) "nimmer-gpu.service";

  # Firewall rules for either backend of NixOS: what listens, a list of { address, port }, is reached there, and at no
  # other address of the host. A name stands for whatever addresses it has. Loopback needs no rule.
  acceptAt =
    networking: listens:
    let
      outside = filter (l: builtins.match "127\\..*|::1|localhost" l.address == null) (
        lib.unique listens
      );
      family =
        l:
        if lib.hasInfix ":" l.address then
          {
            nft = "ip6";
            iptables = "ip6tables";
          }
        else
          {
            nft = "ip";
            iptables = "iptables";
          };
      named = lib.partition (l: builtins.match "[0-9.]+|.*:.*" l.address == null) outside;
    in
    lib.mkIf (outside != [ ]) {
      allowedTCPPorts = map (l: l.port) named.right;
      extraInputRules = lib.mkIf networking.nftables.enable (
        lib.concatMapStrings (l: ''
          ${(family l).nft} daddr ${l.address} tcp dport ${toString l.port} accept
        '') named.wrong
      );
      extraCommands = lib.mkIf (!networking.nftables.enable) (
        lib.concatMapStrings (l: ''
          ${(family l).iptables} -w -A nixos-fw -p tcp -d ${l.address} --dport ${toString l.port} -j nixos-fw-accept
        '') named.wrong
      );
    };

  # Firewall rules for either backend of NixOS: these addresses reach these TCP ports, by nothing else than these rules.
  acceptFrom =
    networking: addresses: ports:
    let
      six = lib.partition (lib.hasInfix ":") (lib.unique addresses);
      families = filter (f: f.addresses != [ ]) [
        {
          nft = "ip";
          iptables = "iptables";
          addresses = six.wrong;
        }
        {
          nft = "ip6";
          iptables = "ip6tables";
          addresses = six.right;
        }
      ];
      list = lib.concatStringsSep ", ";
    in
    lib.mkIf (addresses != [ ] && ports != [ ]) {
      extraInputRules = lib.mkIf networking.nftables.enable (
        lib.concatMapStrings (f: ''
          ${f.nft} saddr { ${list f.addresses} } tcp dport { ${list (map toString ports)} } accept
        '') families
      );
      extraCommands = lib.mkIf (!networking.nftables.enable) (
        lib.concatMapStrings (
          f:
          lib.concatMapStrings (port: ''
            ${f.iptables} -w -A nixos-fw -p tcp -s ${lib.concatStringsSep "," f.addresses} --dport ${toString port} -j nixos-fw-accept
          '') ports
        ) families
      );
    };

  # What every service of ours may not do. A service adds what it needs, and says why.
  hardening = {
    CapabilityBoundingSet = [ "" ];
    AmbientCapabilities = [ "" ];
    DevicePolicy = "closed";
    LockPersonality = true;
    MemoryDenyWriteExecute = true;
    NoNewPrivileges = true;
    PrivateDevices = true;
    PrivateTmp = true;
    PrivateUsers = true;
    ProcSubset = "pid";
    ProtectClock = true;
    ProtectControlGroups = true;
    ProtectHome = true;
    ProtectHostname = true;
    ProtectKernelLogs = true;
    ProtectKernelModules = true;
    ProtectKernelTunables = true;
    ProtectProc = "invisible";
    ProtectSystem = "strict";
    RemoveIPC = true;
    RestrictAddressFamilies = [
      "AF_INET"
      "AF_INET6"
      "AF_UNIX" # the service manager's sockets: notifications and the journal
    ];
    RestrictNamespaces = true;
    RestrictRealtime = true;
    RestrictSUIDSGID = true;
    SystemCallArchitectures = "native";
    SystemCallFilter = [
      "@system-service"
      "~@privileged"
      "~@resources"
    ];
    UMask = "0077";
  };

  # The built-in cells that feel the machine they run on.
  sensors = [
    "battery"
    "cpu"
    "disk"
    "load"
    "memory"
    "network"
    "process"
    "temperature"
  ];

  # What feeling takes, by the built-in cells and nerves that a unit runs. The nerve pressure measures what it hears of.
  sensing =
    builtins:
    lib.optionalAttrs (any (b: elem b (sensors ++ [ "pressure" ])) builtins) {
      ProcSubset = "all"; # /proc/stat, /proc/meminfo, /proc/diskstats, /proc/pressure
    }
    // lib.optionalAttrs (elem "process" builtins || elem "pressure" builtins) {
      ProtectProc = "default"; # /proc/PID/stat of everybody
    };

  # The option `package` of a module that runs a command of ours.
  packageOption =
    pkgs: command:
    lib.mkOption {
      type = lib.types.package;
      default = (import ../../cmd/packages.nix { inherit pkgs; }).${command};
      defaultText = lib.literalExpression "nimmer.packages.\${system}.${command}";
      description = "The package that has `${command}`.";
    };

  # For what sets the machine up and speaks to nobody but its service manager.
  alone = {
    IPAddressDeny = "any";
    PrivateMounts = true;
    PrivateNetwork = true;
    RestrictAddressFamilies = [ "AF_UNIX" ];
  };

  # How a daemon of ours is run: it says when it is ready, drains at SIGTERM, and comes back.
  daemon = hardening // {
    Type = "notify";
    Restart = "on-failure";
    RestartSec = 2;
    TimeoutStopSec = 60;
  };

  # What the unit of every daemon says of itself, beside what it runs.
  unit = identity: {
    documentation = [ "https://github.com/nimmerverse/nimmer" ];
    wantedBy = [ "multi-user.target" ];
    wants = [ "network-online.target" ] ++ identityUnits identity;
    after = [ "network-online.target" ] ++ identityUnits identity;
    # However long the bus is away: it goes on trying.
    startLimitIntervalSec = 0;
  };
}
