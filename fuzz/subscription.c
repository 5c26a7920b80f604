/* Subscriptions from anybody: what is read can be served (an address net.h allows to be asked, headers that are headers), and reads the same
 * after its status was changed. */
#include "notify/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	arena *a = arena_new(REQUEST_ARENA_MAX);
	issues sink = {.arena = a};
	doc d;
	subscription s, again;
	if (json_parse_resource(a, (text){(const char *)data, (int64_t)size}, TEXT(""), &sink, &d) &&
	    text_equal(doc_type(&d), TEXT("Subscription")) && subscription_read(a, NULL, &d, &s, &sink)) {
		assert(s.socket || net_url_valid(a, s.endpoint));
		for (int i = 0; i < s.header_count; i++) assert(net_header_valid(s.headers[i]));
		const doc *changed = subscription_changed(a, &d, TEXT("error"), TEXT("why"), &sink);
		assert(changed && subscription_read(a, NULL, changed, &again, &sink));
		assert(text_equal(again.asks, s.asks) && text_equal(again.endpoint, s.endpoint));
		assert(text_equal(again.status, TEXT("error")));
		net_url_allowed(a, s.endpoint, TEXT("loopback,https://a.example/b"));
	}
	arena_free(a);
	return 0;
}
