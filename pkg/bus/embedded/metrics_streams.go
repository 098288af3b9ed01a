package embedded

import (
	"slices"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/nimmerverse/nimmer/pkg/metric"
)

func tellJetStream(v *server.Varz, js *server.JSInfo, to metric.Sink) {
	labels := []string{v.ID, v.Name, "", js.Config.Domain, "", "true"}
	if m := js.Meta; m != nil {
		labels[2], labels[4], labels[5] = m.Name, m.Leader, strconv.FormatBool(m.Leader == v.Name)
	}
	to.Tell(metric.JetStreamDisabled, metric.Bool(js.Disabled), labels...)
	to.Tell(metric.JetStreamStreams, float64(js.Streams), labels...)
	to.Tell(metric.JetStreamConsumers, float64(js.Consumers), labels...)
	to.Tell(metric.JetStreamMessages, float64(js.Messages), labels...)
	to.Tell(metric.JetStreamBytes, float64(js.Bytes), labels...)
	to.Tell(metric.JetStreamMaxMemory, float64(js.Config.MaxMemory), labels...)
	to.Tell(metric.JetStreamMaxStore, float64(js.Config.MaxStore), labels...)
	for _, a := range js.AccountDetails {
		of := with(labels, a.Name, a.Name, a.Id)
		to.Tell(metric.AccountMaxMemory, float64(a.ReservedMemory), of...)
		to.Tell(metric.AccountMaxStorage, float64(a.ReservedStore), of...)
		to.Tell(metric.AccountMemory, float64(a.Memory), of...)
		to.Tell(metric.AccountStorage, float64(a.Store), of...)
		for i := range a.Streams {
			tellStream(v.Name, &a.Streams[i], of, to)
		}
	}
}

func tellStream(me string, s *server.StreamDetail, account []string, to metric.Sink) {
	leader, leads := leadership(me, s.Cluster)
	labels := with(account, s.Name, leader, leads, s.RaftGroup)
	to.Tell(metric.StreamMessages, float64(s.State.Msgs), labels...)
	to.Tell(metric.StreamBytes, float64(s.State.Bytes), labels...)
	to.Tell(metric.StreamFirst, float64(s.State.FirstSeq), labels...)
	to.Tell(metric.StreamLast, float64(s.State.LastSeq), labels...)
	to.Tell(metric.StreamConsumers, float64(s.State.Consumers), labels...)
	to.Tell(metric.StreamSubjects, float64(s.State.NumSubjects), labels...)
	if s.Config != nil {
		to.Tell(metric.StreamMaxBytes, float64(s.Config.MaxBytes), labels...)
		to.Tell(metric.StreamMaxMsgs, float64(s.Config.MaxMsgs), labels...)
	}
	for _, source := range s.Sources {
		api, deliver := "", ""
		if source.External != nil {
			api, deliver = source.External.ApiPrefix, source.External.DeliverPrefix
		}
		of := with(labels, source.Name, api, deliver)
		to.Tell(metric.SourceLag, float64(source.Lag), of...)
		to.Tell(metric.SourceActive, float64(source.Active), of...)
	}
	for _, c := range s.Consumer {
		if c.Config != nil && c.Config.Durable != "" {
			tellConsumer(me, c, labels, to)
		}
	}
}

func tellConsumer(me string, c *server.ConsumerInfo, stream []string, to metric.Sink) {
	leader, leads := leadership(me, c.Cluster)
	labels := with(stream, c.Name, leader, leads, c.Config.Description)
	to.Tell(metric.ConsumerDelivered, float64(c.Delivered.Consumer), labels...)
	to.Tell(metric.ConsumerStreamSeq, float64(c.Delivered.Stream), labels...)
	to.Tell(metric.ConsumerAckPending, float64(c.NumAckPending), labels...)
	to.Tell(metric.ConsumerRedelivered, float64(c.NumRedelivered), labels...)
	to.Tell(metric.ConsumerWaiting, float64(c.NumWaiting), labels...)
	to.Tell(metric.ConsumerPending, float64(c.NumPending), labels...)
	to.Tell(metric.ConsumerAckFloor, float64(c.AckFloor.Stream), labels...)
}

// leadership says who leads a stream or consumer; where there is no cluster, this server does.
func leadership(me string, c *server.ClusterInfo) (leader, leads string) {
	if c == nil {
		return "", "true"
	}
	return c.Leader, strconv.FormatBool(c.Leader == me)
}

func with(labels []string, more ...string) []string {
	return append(slices.Clip(labels), more...)
}
