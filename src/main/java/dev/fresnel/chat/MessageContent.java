package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The {@code content} of one message and what it asks of a model.
 *
 * @param images number of image parts
 * @param pinned true when a part names a file that the provider holds
 */
record MessageContent(Content content, Set<Feature> features, int images, boolean pinned) {
    static MessageContent none() {
        return new MessageContent(new Content.None(), Set.of(), 0, false);
    }

    /** Reads the value the cursor is at, to its end. */
    static MessageContent read(JsonCursor json, JsonToken token) throws IOException {
        return switch (token) {
            case VALUE_STRING ->
                new MessageContent(new Content.Text(new JsonString(json.json(), json.skipSpan())), Set.of(), 0, false);
            case START_ARRAY -> new PartsReader(json).read();
            default -> {
                json.skip();
                yield none();
            }
        };
    }

    private static final class PartsReader {
        private final JsonCursor json;
        private final List<JsonString> texts = new ArrayList<>();
        private final Set<Feature> features = EnumSet.noneOf(Feature.class);
        private int elements;
        private int images;
        private boolean pinned;

        PartsReader(JsonCursor json) {
            this.json = json;
        }

        MessageContent read() throws IOException {
            int start = json.start();
            while (true) {
                JsonToken token = json.nextValue();
                if (token == JsonToken.END_ARRAY) {
                    break;
                }
                elements++;
                switch (token) {
                    case START_OBJECT -> part();
                    // Not in OpenAI's schema, but several compatible servers take it.
                    case VALUE_STRING -> texts.add(new JsonString(json.json(), json.skipSpan()));
                    default -> json.skip();
                }
            }
            Span array = new Span(start, json.start() + 1);
            return new MessageContent(new Content.Parts(array, elements, texts), features, images, pinned);
        }

        private void part() throws IOException {
            String type = "text";
            Optional<JsonString> text = Optional.empty();
            while (json.nextKey()) {
                String key = json.key();
                JsonToken token = json.nextValue();
                if (key.equals("type") && token == JsonToken.VALUE_STRING) {
                    type = json.text();
                } else if (key.equals("text") && token == JsonToken.VALUE_STRING) {
                    text = Optional.of(new JsonString(json.json(), json.skipSpan()));
                } else if (key.equals("file") && token == JsonToken.START_OBJECT) {
                    file();
                } else {
                    json.skip();
                }
            }
            switch (type) {
                case "text" -> text.ifPresent(texts::add);
                case "image_url" -> {
                    images++;
                    features.add(Feature.VISION);
                }
                case "video_url" -> features.add(Feature.VISION);
                case "input_audio", "audio_url" -> features.add(Feature.AUDIO);
                case "file" -> features.add(Feature.FILES);
                // A part of unknown type passes; what it needs, only the upstream knows.
                default -> {}
            }
        }

        private void file() throws IOException {
            while (json.nextKey()) {
                boolean id = json.key().equals("file_id");
                pinned |= json.nextValue() == JsonToken.VALUE_STRING && id;
                json.skip();
            }
        }
    }
}
