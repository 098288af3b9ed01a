// Package identitytest is a FreeIPA server for tests. It speaks the protocol
// over TLS as the real one does: sessions in a cookie, the Referer, logins and
// their rejections, JSON-RPC with the codes and sentences of FreeIPA's errors,
// batches whose commands fail one by one. It holds users, groups, hosts,
// services, sudo and access rules, and can be told to fail.
//
// It knows nothing of package identity's tables: what it accepts is written
// down a second time, and both are held against FreeIPA's API.txt.
package identitytest
