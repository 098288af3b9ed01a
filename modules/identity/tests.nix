{ lib, ... }:
let
  fences = import ../../tests/nix/fences { inherit lib; };
  nimmer = import ../lib { inherit lib; };

  box = (fences.eval { host = "box"; }).config;
  guest = (fences.eval { host = "guest"; }).config;
  theia =
    (fences.eval {
      host = "theia";
      topology = ../../topology;
    }).config;

  failed =
    module:
    fences.failed (
      fences.eval {
        host = "box";
        modules = [ module ];
      }
    );
  script = c: c.systemd.services.nimmer-identities.script;
  only = names: set: lib.intersectAttrs (lib.genAttrs names (_: null)) set;
  user =
    c: name:
    only [
      "uid"
      "group"
      "extraGroups"
      "home"
      "homeMode"
      "shell"
      "linger"
    ] c.users.users.${name};
in
{
  "an identity is a user with the declared number" = {
    expr = user box "alpha";
    expected = {
      uid = 2001;
      group = "alpha";
      extraGroups = [ "womb-shared" ];
      home = "/home/alpha";
      homeMode = "0700";
      shell = "/bin/sh";
      linger = true;
    };
  };
  "or with one that the machine gives" = {
    expr = (user box "beta").uid;
    expected = null;
  };
  "a person is known where a rule of the host names it" = {
    expr = map (c: c.users.users ? dana) [
      box
      guest
    ];
    expected = [
      true
      false
    ];
  };
  "who lives elsewhere is not known" = {
    expr = box.users.users ? gamma;
    expected = false;
  };
  "only who lives here has a slice" = {
    expr = lib.filter (lib.hasPrefix "nimmer-") (lib.attrNames box.systemd.slices);
    expected = [
      "nimmer-alpha"
      "nimmer-beta"
    ];
  };
  "both slices of an identity have its limits" = {
    expr =
      let
        limits =
          name:
          only [
            "MemoryMax"
            "CPUWeight"
            "TasksMax"
          ] box.systemd.slices.${name}.sliceConfig;
      in
      map limits [
        "nimmer-alpha"
        "user-2001"
      ];
    expected = lib.genList (_: {
      MemoryMax = "536870912";
      CPUWeight = "300";
      TasksMax = "200";
    }) 2;
  };
  "the user's slice keeps what logind says of it" = {
    expr = box.systemd.slices.user-2001.overrideStrategy;
    expected = "asDropin";
  };
  "limits of a user without a declared number follow when it has one" = {
    expr = {
      beta = lib.hasInfix "'MemoryMax=268435456' 'TasksMax=100'" (script box);
      alpha = lib.hasInfix "identity alpha /home/alpha true\n" (script box);
    };
    expected = {
      beta = true;
      alpha = true;
    };
  };
  "what sudo rules allow is said here" = {
    expr =
      lib.filter (r: lib.elem "dana" r.users)
        (fences.eval {
          host = "box";
          modules = [ { nimmer.identity.sudo.ops = [ "/run/current-system/sw/bin/nvidia-smi" ]; } ];
        }).config.security.sudo.extraRules;
    expected = [
      {
        users = [
          "alpha"
          "dana"
        ];
        groups = [ ];
        host = "ALL";
        runAs = "ALL:ALL";
        commands = [ "/run/current-system/sw/bin/nvidia-smi" ];
      }
    ];
  };
  "a unit of an identity is run as it, in its slice" = {
    expr = nimmer.identityOf box.nimmer.lab "box" "alpha";
    expected = {
      User = "alpha";
      Group = "alpha";
      Slice = "nimmer-alpha.slice";
    };
  };
  "and not where it does not live" = {
    expr = (builtins.tryEval (nimmer.identityOf box.nimmer.lab "guest" "alpha")).success;
    expected = false;
  };
  "a host that is well declared is not complained of" = {
    expr = failed { };
    expected = [ ];
  };
  "who reads everybody's journal may not run things" = {
    expr = failed { users.users.alpha.extraGroups = [ "systemd-journal" ]; };
    expected = [
      "nimmer.identity: alpha runs things on host box and is in the group systemd-journal, whose members read everybody's journal: take it out, and give such rights to people"
    ];
  };
  "an identity's slice may not lie in another's" = {
    expr = lib.length (failed {
      nimmer.identity.living = lib.mkForce [
        {
          name = "nyx";
          groups = [ ];
          slice = { };
        }
        {
          name = "nyx-organs";
          groups = [ ];
          slice = { };
        }
      ];
      nimmer.egress.enable = false;
      nimmer.gpu.enable = false;
      systemd.services.nimmer-identities.enable = false;
    });
    expected = 1;
  };
  "with FreeIPA there are no local users" = {
    expr = lib.filter (lib.hasPrefix "nyx") (lib.attrNames theia.users.users);
    expected = [ ];
  };
  "the machine joins the declared realm" = {
    expr = only [
      "enable"
      "domain"
      "realm"
      "server"
      "basedn"
    ] theia.security.ipa;
    expected = {
      enable = true;
      domain = "eachpath.local";
      realm = "EACHPATH.LOCAL";
      server = "ipa.eachpath.local";
      basedn = "dc=eachpath,dc=local";
    };
  };
  "FreeIPA says who gets in, and by which keys" = {
    expr = {
      access = theia.services.sssd.settings."domain/eachpath.local".access_provider;
      keys = theia.services.sssd.sshAuthorizedKeysIntegration;
      sudo = theia.system.nssDatabases.sudoers;
    };
    expected = {
      access = "ipa";
      keys = true;
      sudo = [
        "files"
        "sss"
      ];
    };
  };
  "an identity of FreeIPA's gets home, limits and lingering when it is known" = {
    expr = lib.all (text: lib.hasInfix text (script theia)) [
      "identity nyx-cognitive /home/nyx-cognitive true "
      "'MemoryMax=137438953472'"
      "install -d -m 0700"
      "loginctl enable-linger"
    ];
    expected = true;
  };
  "without the authority's certificate it is said what to fetch" = {
    expr = map (lib.hasPrefix "nimmer.identity.ipa.certificate of host theia is not set") (
      fences.failed (
        fences.eval {
          host = "theia";
          topology = ../../topology;
          modules = [ { nimmer.identity.ipa.certificate = null; } ];
        }
      )
    );
    expected = [ true ];
  };
  "a machine can make the users itself" = {
    expr =
      let
        c =
          (fences.eval {
            host = "theia";
            topology = ../../topology;
            modules = [ { nimmer.identity.ipa.enable = false; } ];
          }).config;
      in
      [
        c.users.users.nyx-cognitive.isNormalUser
        c.security.ipa.enable
      ];
    expected = [
      true
      false
    ];
  };
}
