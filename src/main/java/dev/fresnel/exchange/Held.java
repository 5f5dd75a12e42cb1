package dev.fresnel.exchange;

import io.vertx.core.buffer.Buffer;
import java.util.List;

/**
 * What was read of an upstream's reply before anything went to the client.
 *
 * @param chunks in the form that goes to the client
 * @param rest whether more will come
 */
record Held(List<Buffer> chunks, Rest rest) {
    static final Held NOTHING = new Held(List.of(), Rest.COMING);

    enum Rest {
        COMING,
        ENDED
    }

    Buffer joined() {
        Buffer all = Buffer.buffer();
        chunks.forEach(all::appendBuffer);
        return all;
    }

    boolean isComplete() {
        return rest == Rest.ENDED;
    }
}
