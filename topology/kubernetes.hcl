# Containers for cells, userspace for brains. A namespace per environment, the same image in each.
kubernetes "saturn" {
  hosts    = host.k8s
  registry = "registry.eachpath.local/nimmerverse"
  image    = "nimmer-cell:0.1.0"
}
