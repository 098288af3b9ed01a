# What is to be done with the cards of a host, and what stands in the way. Pure: the tests call it with made-up hosts.
{ lib }:
{
  # hosts: all that are declared; host: this one; driver: whether the cards that stay get NVIDIA's.
  plan =
    hosts: host:
    let
      inherit (lib) any filter;
      cards = filter (c: !c.metal) host.gpus;
      away = filter (c: c.to != "") cards;
      own = filter (c: c.to == "") cards;

      # A slice of a parent's card, by the name that the guest has it under.
      isSlice =
        c:
        any (
          h:
          any (
            p: "${h.name}/${p.name}" == c.from && any (v: v.to == host.name && v.name == c.name) p.vgpus
          ) h.gpus
        ) hosts;

      numbered = c: builtins.match "[0-9]+" c.name != null;
      card = c: "card ${host.name}/${c.name}";

      slices =
        "NVIDIA's vGPU software is licensed and not in nixpkgs. Pass the whole card (`to` in the gpu block), or set"
        + " nimmer.gpu.enable = false on host ${host.name} and bring the driver that NVIDIA gives you as hardware.nvidia.package";

      problem =
        c:
        if builtins.match ".*(AMD|Radeon|Instinct|Intel|Arc ).*" c.model != null then
          "${card c} (${c.model}) is not NVIDIA's: set nimmer.gpu.enable = false on host ${host.name} and set its driver up yourself"
        else if any (v: v.to != "") c.vgpus then
          "${card c} is given away in slices: ${slices}"
        else if c.from != "" && isSlice c then
          "${card c} is a slice of ${c.from}: ${slices}"
        else if c.to != "" && c.pci == "" then
          "${card c} is passed to ${c.to} and has no pci: write its bus address from `lspci -D` into the gpu block, as \"0000:41:00.0\", and emit again"
        else if c.to == "" && c.pci == "" && c.uuid == "" && (away != [ ] || !numbered c) then
          "${card c} has neither pci nor uuid: ${
            if away != [ ] then
              "the driver counts anew when other cards are given away"
            else
              "its name is no number"
          }, so write one of them (`nvidia-smi -L`) into the gpu block and emit again"
        else
          "";

      # "0000:41:00.0": nvidia-smi writes eight digits of the domain, the kernel four.
      kernelAddress =
        pci:
        let
          parts = builtins.match "(0000)?([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7])" (lib.toLower pci);
        in
        if parts == null then
          throw "nimmer.gpu: pci of a card of host ${host.name} is \"${pci}\": write it as \"0000:41:00.0\""
        else
          builtins.elemAt parts 1;

      old = c: c.compute_capability != "" && builtins.compareVersions c.compute_capability "7.5" < 0;
    in
    {
      inherit own;
      problems = filter (p: p != "") (map problem cards);
      # All functions of a card's slot: its sound and USB controllers go along.
      passed = map (c: lib.head (lib.splitString "." (kernelAddress c.pci))) (
        filter (c: c.pci != "") away
      );
      # How the driver's own name of a card is found.
      find = map (c: {
        inherit (c) name;
        by =
          if c.pci != "" then
            "pci"
          else if c.uuid != "" then
            "uuid"
          else
            "index";
        value =
          if c.pci != "" then
            kernelAddress c.pci
          else if c.uuid != "" then
            c.uuid
          else
            c.name;
      }) own;
      # Before Turing (compute capability 7.5) there is no open kernel module, and the newest driver has left them.
      open = !any old own;
    };
}
