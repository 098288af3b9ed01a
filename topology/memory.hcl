# phoebe remembers what happened (PostgreSQL), iris what it was like (ChromaDB).
# Both are projections: they can be rebuilt from the log.

phoebe "phoebe" {
  for_each = local.machines

  host         = host.phoebe[each.key]
  environments = [each.key]
  port         = 5432
  database     = "nimmerverse"
}

iris "iris" {
  for_each = local.machines

  kind        = "chroma"
  host        = host.iris[each.key]
  port        = 8000
  collections = ["decision_trails", "organ_responses", "embeddings"]
}
