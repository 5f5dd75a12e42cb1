package dev.fresnel.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shapes of {@code usage} objects as providers send them: input, cached, written, sound in; output, reasoning, sound out. */
final class UsageReaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'prompt_tokens':129,'completion_tokens':19,'total_tokens':148} | 129 0 0 0 19 0 0",
                "{'prompt_tokens':2006,'completion_tokens':300,'prompt_tokens_details':{'cached_tokens':1920,'audio_tokens':0},'completion_tokens_details':{'reasoning_tokens':256,'audio_tokens':0,'accepted_prediction_tokens':0}} | 2006 1920 0 0 300 256 0",
                "{'prompt_tokens':50,'completion_tokens':60,'prompt_tokens_details':{'audio_tokens':40},'completion_tokens_details':{'audio_tokens':45}} | 50 0 0 40 60 0 45",
                "{'prompt_tokens':4020,'completion_tokens':4,'prompt_tokens_details':{'cache_write_tokens':4012,'cached_tokens':0,'video_tokens':0}} | 4020 0 4012 0 4 0 0",
                "{'prompt_tokens':30,'completion_tokens':5,'prompt_cache_hit_tokens':20,'prompt_cache_miss_tokens':10} | 30 20 0 0 5 0 0",
                "{'prompt_tokens':30,'completion_tokens':5,'cached_tokens':12} | 30 12 0 0 5 0 0",
                "{'prompt_tokens':30,'completion_tokens':5,'num_cached_tokens':16,'prompt_tokens_details':null} | 30 16 0 0 5 0 0",
                "{'prompt_tokens':30,'completion_tokens':5,'completion_tokens_details':null,'cost':0.2,'cost_details':{'x':[1]}} | 30 0 0 0 5 0 0",
                "{'prompt_tokens':5,'completion_tokens':5,'prompt_tokens_details':{'cached_tokens':9,'audio_tokens':9,'cache_write_tokens':9},'completion_tokens_details':{'reasoning_tokens':9,'audio_tokens':9}} | 5 5 5 5 5 5 5",
                "{'prompt_tokens':-5,'completion_tokens':99999999999} | 0 0 0 0 0 0 0"
            })
    void readsEveryShape(String json, String counts) throws IOException {
        Usage usage = read(json).orElseThrow();

        assertThat("%d %d %d %d %d %d %d"
                        .formatted(
                                usage.inputTokens(),
                                usage.cachedInputTokens(),
                                usage.extras().cacheWriteTokens(),
                                usage.extras().audioInputTokens(),
                                usage.outputTokens(),
                                usage.reasoningTokens(),
                                usage.extras().audioOutputTokens()))
                .isEqualTo(counts);
    }

    @Test
    void isNoUsage_whenNothingIsCounted() throws IOException {
        assertThat(read("{}")).isEmpty();
        assertThat(read("{'prompt_tokens':'9','prompt_tokens_details':{'cached_tokens':4}}"))
                .isEmpty();
    }

    private static Optional<Usage> read(String json) throws IOException {
        byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        try (JsonCursor cursor = new JsonCursor(bytes)) {
            assertThat(cursor.nextValue()).isEqualTo(JsonToken.START_OBJECT);
            return UsageReader.read(cursor);
        }
    }
}
