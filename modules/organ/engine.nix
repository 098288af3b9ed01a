# How the engine of a model is run, an organ's or a mind's: its command, where it listens, what it may touch.
{
  lib,
  utils,
  pkgs,
  nimmer,
  config,
}:
let
  cfg = config.nimmer.organ;
  inherit (config.nimmer) here lab;
  inherit (lib) optional optionals optionalAttrs;
  host = here.host.name;

  # Stands for the runtime directory until the command has been escaped.
  runtime = "@runtime@";
  absolute = lib.hasPrefix "/";

  # Kinds that somebody else runs, or nobody.
  elsewhere = [
    "openai"
    "simulated"
  ];

  # Kinds that compile code for the processor while they run.
  compiles = [
    "vllm"
    "exec"
  ];

  cardsOf = x: lib.filter (c: dirOf c == host) x.gpus;
  cardNamed = c: lib.findFirst (g: g.name == baseNameOf c) { } here.host.gpus;
  uuids = cards: map (c: (cardNamed c).uuid or "") cards;

  # The share of the cards that vLLM takes, where the declaration says how much memory instead.
  share =
    x: cards:
    let
      total = lib.foldl' (n: c: n + (cardNamed c).memory or 0) 0 cards;
      thousandths = if total == 0 then 0 else x.memory * 1000 / total;
    in
    if x.backend.gpu_memory_utilization != 0 then
      x.backend.gpu_memory_utilization
    else if thousandths == 0 then
      0
    else
      thousandths / 1000.0;

  # A womb of the identity holds what ollama has pulled; without one it is the unit's own.
  ollamaModels =
    unit: x:
    let
      womb = lib.findFirst (w: w.identity == x.identity) null here.wombs;
    in
    if womb == null then "%S/${unit}" else "${womb.path}/ollama";

  given =
    flag: value:
    optionals (value != 0 && value != "") [
      flag
      (if lib.isFloat value then builtins.toJSON value else toString value)
    ];

  program = kind: name: "${lib.getBin cfg.backends.${kind}.package}/bin/${name}";

  llama =
    e:
    [
      (program e.backend.kind "llama-server")
      "--model"
      e.backend.model
      "--alias"
      e.served
      "--host"
      (if e.port == 0 then e.socket else "127.0.0.1")
    ]
    ++ given "--port" e.port
    ++ given "--ctx-size" e.backend.context
    ++ given "--parallel" e.backend.parallel
    ++ optionals (e.cards == [ ]) [
      "--device"
      "none"
    ]
    ++ [
      "--offline"
      "--metrics"
      "--slots"
    ];

  commands = {
    llama-server = llama;
    # Its answers fit a JSON Schema, which comes with each request: llama-server makes a grammar of it.
    boundary = llama;
    ollama = _: [
      (program "ollama" "ollama")
      "serve"
    ];
    vllm =
      e:
      [
        (program "vllm" "vllm")
        "serve"
        e.backend.model
        "--served-model-name"
        e.served
      ]
      ++ (
        if e.port == 0 then
          [
            "--uds"
            e.socket
          ]
        else
          [
            "--host"
            "127.0.0.1"
            "--port"
            (toString e.port)
          ]
      )
      ++ given "--max-model-len" (
        if e.backend.max_model_len != 0 then e.backend.max_model_len else e.backend.context
      )
      ++ given "--gpu-memory-utilization" (share e.declared e.cards)
      ++ given "--dtype" e.backend.dtype
      ++ given "--max-num-seqs" e.backend.parallel
      ++ optionals (lib.length e.cards > 1) [
        "--tensor-parallel-size"
        (toString (lib.length e.cards))
      ];
    # A name is looked up in the unit's PATH when it starts.
    exec =
      e:
      optional (!absolute (lib.head e.backend.command)) "${pkgs.coreutils}/bin/env" ++ e.backend.command;
  };

  environments = {
    llama-server = _: { };
    boundary = _: { };
    ollama =
      e:
      {
        OLLAMA_HOST = "127.0.0.1:${toString e.port}";
        OLLAMA_MODELS = ollamaModels e.unit e.declared;
        OLLAMA_NOPRUNE = "1";
        # One organ, one model; the dispatcher says otherwise with each request.
        OLLAMA_MAX_LOADED_MODELS = "1";
        OLLAMA_KEEP_ALIVE = if e.declared.pinned then "-1" else e.declared.idle;
      }
      // optionalAttrs (e.backend.parallel != 0) { OLLAMA_NUM_PARALLEL = toString e.backend.parallel; }
      // optionalAttrs (e.backend.context != 0) { OLLAMA_CONTEXT_LENGTH = toString e.backend.context; };
    vllm = _: {
      HF_HUB_OFFLINE = "1";
      VLLM_NO_USAGE_STATS = "1";
      # Its workers meet on loopback, not on the address it would reach the internet from.
      VLLM_HOST_IP = "127.0.0.1";
      GLOO_SOCKET_IFNAME = "lo";
      NCCL_SOCKET_IFNAME = "lo";
    };
    exec =
      e:
      {
        NIMMER_MODEL = e.backend.model;
        HF_HUB_OFFLINE = "1";
      }
      // (if e.port == 0 then { NIMMER_SOCKET = e.socketLater; } else { NIMMER_PORT = toString e.port; });
  };

  # What CUDA is to see. Under the system's manager the unit opens no card but its own, and they count from 0; under a
  # user's it opens those of the identity.
  visible =
    e: user:
    let
      named = uuids e.cards;
      identity = lib.findFirst (i: i.name == e.declared.identity) null here.identities;
      all =
        if identity == null then e.cards else lib.filter (c: dirOf c == host) (nimmer.cardsOf identity);
      ordered = lib.filter (c: lib.elem c all) (map (g: "${host}/${g.name}") here.host.gpus);
      index = c: toString (lib.lists.findFirstIndex (o: o == c) 0 ordered);
    in
    if e.cards == [ ] then
      { CUDA_VISIBLE_DEVICES = ""; }
    else
      {
        CUDA_DEVICE_ORDER = "PCI_BUS_ID";
      }
      // (
        if lib.all (u: u != "") named then
          { CUDA_VISIBLE_DEVICES = lib.concatStringsSep "," named; }
        else
          optionalAttrs user { CUDA_VISIBLE_DEVICES = lib.concatMapStringsSep "," index e.cards; }
      );

  execStart =
    e:
    let
      args = commands.${e.backend.kind} e ++ e.backend.args;
    in
    lib.replaceStrings [ runtime ] [ "%t/${e.unit}" ] (utils.escapeSystemdExecArgs args);

  sandbox =
    e:
    nimmer.hardening
    // {
      # Engines read how much memory and which processor there is, and CUDA reads /proc/driver/nvidia.
      ProcSubset = "all";
      # Threads and memory are bound to cores and NUMA nodes, so @resources stays.
      SystemCallFilter = [
        "@system-service"
        "~@privileged"
      ];
      # Libraries of others try what they may and go on.
      SystemCallErrorNumber = "EPERM";
    }
    // optionalAttrs (lib.elem e.backend.kind compiles) {
      # Triton and torch compile kernels and load them.
      MemoryDenyWriteExecute = false;
    }
    // optionalAttrs (e.cards != [ ]) {
      # The card is a real device; DeviceAllow names those that may be opened.
      PrivateDevices = false;
      DeviceAllow = nimmer.cardDevices e.cards;
      SupplementaryGroups = nimmer.cardGroups e.cards;
    };

  # Loopback when it listens on a port, no network at all when it listens on a socket.
  fence =
    e:
    if e.port != 0 then
      {
        IPAddressAllow = "localhost";
        IPAddressDeny = "any";
      }
      // optionalAttrs (lib.elem e.backend.kind compiles) {
        RestrictAddressFamilies = nimmer.hardening.RestrictAddressFamilies ++ [
          "AF_NETLINK" # torch looks for the loopback interface by name
        ];
      }
    else
      {
        PrivateNetwork = true;
        # The dispatcher's group opens the socket, and nobody else.
        Group = cfg.user;
        UMask = "0007";
      };

  # What a user's manager cannot do: it is no more than that user. See README.md.
  onlySystem = [
    "AmbientCapabilities"
    "CapabilityBoundingSet"
    "DeviceAllow"
    "DevicePolicy"
    "DynamicUser"
    "Group"
    "IPAddressAllow"
    "IPAddressDeny"
    "PrivateDevices"
    "ProcSubset"
    "ProtectProc"
    "RemoveIPC"
    "Slice"
    "SupplementaryGroups"
    "User"
  ];
in
{
  # An engine: what is declared, the unit it becomes, the port it has (0: a socket).
  make =
    {
      block,
      unit,
      declared,
      port ? declared.backend.port,
    }:
    {
      inherit
        block
        unit
        declared
        port
        ;
      inherit (declared) backend name;
      cards = cardsOf declared;
      served = if declared.backend.served_as != "" then declared.backend.served_as else declared.name;
      socket = "${runtime}/engine.sock";
      socketLater = "%t/${unit}/engine.sock";
    };

  # Whether this machine is to run it at all.
  runs = x: x ? backend && x.backend.url == "" && !lib.elem x.backend.kind elsewhere;

  # How the dispatcher reaches it.
  endpoint =
    e:
    {
      inherit (e) name block;
      inherit (e.declared) identity;
      inherit (e.backend) kind;
      unit = "${e.unit}.service";
    }
    // (
      if e.port == 0 then
        { socket = "/run/${e.unit}/engine.sock"; }
      else
        { url = "http://127.0.0.1:${toString e.port}"; }
    );

  # The unit, for the system's manager or (user) for the identity's own.
  unitOf =
    {
      engine,
      start,
      user ? false,
    }:
    let
      e = engine;
      x = e.declared;
      after = optionals (!user) (nimmer.identityUnits x.identity ++ nimmer.cardUnits e.cards);
      private = e.backend.kind == "ollama" && lib.hasPrefix "%S" (ollamaModels e.unit x);
      needs =
        if absolute e.backend.model then
          e.backend.model
        else if e.backend.kind == "ollama" && !private then
          ollamaModels e.unit x
        else
          "";
      settings =
        sandbox e
        // nimmer.identityOf lab host x.identity
        // fence e
        // {
          Type = "exec";
          ExecStart = execStart e;
          # One that is loaded on demand is loaded again by the dispatcher, after a pause that it chooses.
          Restart = if start then "on-failure" else "no";
          RestartSec = 5;
          TimeoutStopSec = 60;
          CacheDirectory = e.unit;
          CacheDirectoryMode = "0700";
        }
        // optionalAttrs (e.port == 0) {
          RuntimeDirectory = e.unit;
          RuntimeDirectoryMode = "0750";
        }
        // optionalAttrs private {
          StateDirectory = e.unit;
          StateDirectoryMode = "0700";
        }
        // optionalAttrs (needs != "") { ReadOnlyPaths = [ "-${needs}" ]; }
        # Memory on a card is not memory of the host: there the identity's slice is the bound.
        // optionalAttrs (e.cards == [ ] && x.memory != 0) { MemoryMax = toString x.memory; };
    in
    {
      description = "${e.block} ${e.name} (${e.backend.kind})";
      documentation = [ "https://github.com/nimmerverse/nimmer" ];
      wantedBy = optional start (if user then "default.target" else "multi-user.target");
      wants = after;
      inherit after;
      path = optionals (e.backend.kind == "exec") (
        cfg.programs
        ++ optional (x.identity != "") "/etc/profiles/per-user/${x.identity}"
        ++ [ "/run/current-system/sw" ]
      );
      environment = {
        HOME = "%C/${e.unit}";
        XDG_CACHE_HOME = "%C/${e.unit}";
      }
      // visible e user
      // environments.${e.backend.kind} e;
      unitConfig =
        optionalAttrs (needs != "") {
          AssertPathExists = needs;
          RequiresMountsFor = needs;
        }
        // optionalAttrs user { ConditionUser = x.identity; };
      serviceConfig =
        if user then
          removeAttrs settings onlySystem
          // {
            PrivateUsers = true; # or a user's manager cannot make the mounts of the other directives
            ProtectHome = "read-only"; # its cache lies there
            UMask = "0077";
          }
        else
          settings;
    };

  # What is wrong with it, as a list of assertions.
  assertions =
    e:
    let
      what = "nimmer: ${e.block} ${e.name} on host ${host}";
      inherit (e.backend) kind model;
    in
    [
      {
        assertion = !(cfg.backends ? ${kind}) || cfg.backends.${kind}.package != null;
        message = "${what} has backend ${kind}, and nimmer.organ.backends.${kind}.package is null: set it to a package with that engine";
      }
      {
        assertion =
          !lib.elem kind [
            "llama-server"
            "boundary"
            "vllm"
          ]
          || absolute model;
        message = "${what} has the model ${builtins.toJSON model}: engines fetch nothing from the network, so declare the path where the model lies on that host";
      }
      {
        assertion = e.declared.device != "metal";
        message = "${what} has device metal, and this is not a Mac: declare gpu or cpu";
      }
      {
        assertion = e.declared.device != "gpu" || e.cards != [ ];
        message = "${what} has device gpu and no card of this host among its gpus: name one, or declare device cpu";
      }
    ];
}
