// The feed: resumes after its last event by itself, also when the server was away for long.
import { ACTIONS } from "./words.js";

const RETRY_MS = 3000;
const PATIENCE_MS = 6000; // the server ends a stream now and then, which is no loss

export function follow(url, { heard, link, reset, refused }) {
  let last = null, source = null, worry = null;

  function connect() {
    source = new EventSource(last === null ? url : `${url}?last_event_id=${last}`);
    source.onopen = () => { clearTimeout(worry); worry = null; link("live"); };
    source.onerror = () => {
      worry ??= setTimeout(() => link("lost"), PATIENCE_MS);
      // A refusal ends an EventSource for good; it would otherwise come back by itself.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MS), refused?.();
    };
    for (const action of ACTIONS) source.addEventListener(action, (event) => { last = event.lastEventId; heard(JSON.parse(event.data)); });
    source.addEventListener("reset", (event) => { last = event.lastEventId; reset(); });
  }

  link("connecting");
  connect();
}
