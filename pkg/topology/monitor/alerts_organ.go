package monitor

// organAlerts are about organs, minds and cards.
var organAlerts = []Alert{
	{
		Name: "NimmerCardLost", Group: "cards", Severity: Critical,
		Of: `nimmer_card_present`, Is: `== 0`,
		Summary:     "The card {{ $labels.card }} does not answer",
		Description: "Organs and minds on it are gone until it is back.",
		Do:          "`nvidia-smi` and `dmesg` on {{ $labels.host }} (Xid errors). A card that has fallen off the bus needs a restart of the host.",
	},
	{
		Name: "NimmerCardsMissing", Group: "cards", Severity: Critical, For: "2m",
		Of: `host:cards:missing`, Is: `> 0`,
		Summary:     "{{ $labels.host }} shows {{ $value }} cards less than are declared",
		Description: "The exporter counts fewer cards than the declaration has for this host.",
		Do:          "`nvidia-smi -L` on the host. If a card was moved for good, change the declaration.",
	},
	{
		Name: "NimmerCardErrors", Group: "cards", Severity: Warning,
		Of: `DCGM_FI_DEV_XID_ERRORS`, Is: `> 0 and changes(DCGM_FI_DEV_XID_ERRORS[15m]) > 0`,
		Summary:     "The card {{ $labels.gpu }} of {{ $labels.host }} reports Xid {{ $value }}",
		Description: "The driver noted an error of the card or of a program on it.",
		Do:          "NVIDIA's table of Xid errors says which. 13, 31 and 43 are a program's fault; 48, 63, 74, 79 and 95 the card's.",
	},
	{
		Name: "NimmerCardHot", Group: "cards", Severity: Warning, For: "5m",
		Of: `DCGM_FI_DEV_GPU_TEMP`, Is: `> 88`,
		Summary:     "The card {{ $labels.gpu }} of {{ $labels.host }} has {{ $value }} °C",
		Description: "It slows down, and ages.",
		Do:          "Look at fans and dust, or lower its power limit (`nvidia-smi -pl`).",
	},
	{
		Name: "NimmerCardFull", Group: "cards", Severity: Warning, For: "10m",
		Of: `card:dcgm_memory:used_ratio`, Is: `> 0.97`,
		Summary:     "The memory of card {{ $labels.gpu }} of {{ $labels.host }} is full",
		Description: "{{ $value | humanizePercentage }} is used: what grows next fails.",
		Do:          "See who is on it (dashboard Organs and cards). Something outside of the declaration counts as well.",
	},
	{
		Name: "NimmerOrganFailing", Group: "organs", Severity: Warning, For: "5m",
		Of: `organ:nimmer_organ_requests:failed_ratio15m`, Is: `> 0.1`,
		Summary:     "The organ {{ $labels.organ }} of {{ $labels.environment }} fails {{ $value | humanizePercentage }} of its requests",
		Description: "Callers get an error, or are refused.",
		Do:          "The organ daemon's log has the reason of each. `nimmer organ ls` shows where it stands.",
	},
	{
		Name: "NimmerOrganDown", Group: "organs", Severity: Critical, For: "2m",
		Of: `nimmer_organ_state{state=~"failed|lost"}`, Is: `== 1`,
		Summary:     "The organ {{ $labels.organ }} of {{ $labels.environment }} is {{ $labels.state }}",
		Description: "It cannot be loaded, or its card or engine is gone.",
		Do:          "See the card (alert NimmerCardLost), and the engine's own log on the host.",
	},
	{
		Name: "NimmerMindFailing", Group: "organs", Severity: Warning, For: "5m",
		Of: `mind:nimmer_mind_requests:failed_ratio15m`, Is: `> 0.1`,
		Summary:     "The mind {{ $labels.mind }} of {{ $labels.environment }} fails {{ $value | humanizePercentage }} of its requests",
		Description: "What gates asked is not answered.",
		Do:          "The log of the organ daemon (or of `nimmer up`) has the reason of each; responses in the stream carry it as `error`.",
	},
	{
		Name: "NimmerMindDown", Group: "organs", Severity: Critical, For: "2m",
		Of: `nimmer_mind_state{state="failed"}`, Is: `== 1`,
		Summary:     "The mind {{ $labels.mind }} of {{ $labels.environment }} has no engine",
		Description: "Requests are answered with the reason, not with thought.",
		Do:          "See its backend in the declaration: the endpoint's address, its key, the model's name.",
	},
	{
		Name: "NimmerMindQueueFull", Group: "organs", Severity: Warning, For: "2m",
		Of: `nimmer_mind_queue / nimmer_mind_queue_capacity`, Is: `> 0.8`,
		Summary:     "{{ $value | humanizePercentage }} of the places before the mind {{ $labels.mind }} are taken",
		Description: "New requests will be refused soon.",
		Do:          "It is asked more than it can answer. See which event asks (dashboard Gates), or give it a faster engine.",
	},
}
