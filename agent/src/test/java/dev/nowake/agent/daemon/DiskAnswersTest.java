package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.control.Caller;
import dev.nowake.agent.mirror.evict.DiskCase;
import dev.nowake.agent.mirror.evict.MirrorDisk;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.kernel.PathBytes;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Evictions from a mirror's disk by hand, and what explain knows of it. */
class DiskAnswersTest {
    @TempDir
    Path folder;

    private final MirrorDisks disks = new MirrorDisks(null, null, null, null, null, null);
    private final Answers answers = new DiskAnswers(disks).addTo(new Answers());
    private final AtomicBoolean switchedOff = new AtomicBoolean();
    private Journal journal;
    private DiskCase disk;
    private MirrorDisk mirror;

    @BeforeEach
    void aMirror() throws Exception {
        Counters counters = new Counters();
        journal = new Journal(folder.resolve("journal.jsonl"), counters);
        disk = new DiskCase(folder);
        disk.model("llama", 20, 10);
        disk.open(disk.model("qwen", 30));
        mirror = disk.mirror("m", switchedOff::get, counters, journal);
    }

    @AfterEach
    void close() {
        mirror.close();
        journal.close();
    }

    private JsonNode ask(Map<String, Object> more) {
        Map<String, Object> request = new HashMap<>(more);
        request.put("verb", "evict-disk");
        return JsonMapper.shared().valueToTree(answers.answer(request, new Caller() {
            @Override
            public String user() {
                return "ann";
            }

            @Override
            public boolean mayChange() {
                return true;
            }

            @Override
            public String refusal(String verb) {
                return "no";
            }
        }));
    }

    private JsonNode evict(String target) {
        Map<String, Object> request = new HashMap<>(Map.of("target", target));
        if (target.startsWith("/")) {
            request.put("pathBase64", Base64.getEncoder().encodeToString(PathBytes.of(Path.of(target))));
        }
        return ask(request);
    }

    @Test
    void withoutAMirrorItIsSaidHowToHaveOne() {
        assertThat(evict("llama").path("error").path("code").asString()).isEqualTo("not_mirrored");
        assertThat(evict("llama").path("error").path("message").asString())
                .isEqualTo("there is no mirror, whose disk models could be evicted from: 'mirrors' in the configuration"
                        + " makes one");
    }

    @Test
    void byNameOrByAPathHereOrThere() {
        disks.add(mirror);
        mirror.start();
        JsonNode done = evict("/tree/llama/1");
        assertThat(done.path("done").asBoolean()).isTrue();
        assertThat(done.path("evictedBytes").asLong()).isEqualTo(30);
        assertThat(done.path("models").path(0).path("stayed").isNull()).isTrue();
        JsonNode stays = evict("qwen");
        assertThat(stays.path("models").path(0).path("stayed").asString()).isEqualTo("open");
        assertThat(evict("/remote").path("models")).hasSize(2);
        assertThat(disk.onDisk()).isEqualTo(List.of("qwen"));
        assertThat(evict("/elsewhere").path("error").path("message").asString())
                .isEqualTo(
                        "/elsewhere is neither a file or folder of a mirror nor a mirrored model's name; mirrors are m");
        switchedOff.set(true);
        assertThat(evict("qwen").path("error").path("message").asString()).contains("who switched it off");
        disks.remove(mirror);
        assertThat(evict("qwen").path("error").path("code").asString()).isEqualTo("not_mirrored");
    }

    @Test
    void whatTakesLongIsAskedForAgainByItsNumber() {
        CountDownLatch hangs = new CountDownLatch(1);
        disk.before(() -> {
            try {
                hangs.await();
            } catch (InterruptedException stop) {
                throw new AssertionError(stop);
            }
        });
        disks.add(mirror);
        mirror.start();
        JsonNode answer = evict("llama");
        assertThat(answer.path("done").asBoolean(true)).isFalse();
        hangs.countDown();
        JsonNode done = ask(Map.of("number", answer.path("number").asLong()));
        assertThat(done.path("done").asBoolean()).isTrue();
        assertThat(done.path("evictedBytes").asLong()).isEqualTo(30);
        assertThat(ask(Map.of("number", 4711)).path("error").path("code").asString())
                .isEqualTo("usage");
        assertThat(ask(Map.of()).path("error").path("code").asString()).isEqualTo("usage");
        assertThat(ask(Map.of("target", "x", "pathBase64", 7))
                        .path("error")
                        .path("message")
                        .asString())
                .contains("base64");
    }

    @Test
    void whatNoRootIsAboveIsExplainedByItsMirrorAlone() {
        Map<String, Object> request = new HashMap<>(Map.of("device", 1, "inode", 2, "pid", 0));
        request.put("pathBase64", Base64.getEncoder().encodeToString(PathBytes.of(Path.of("/tree/llama/0"))));
        JsonNode explained = JsonMapper.shared().valueToTree(ExplainAnswer.of(List.of(), List.of(mirror), request));
        assertThat(explained.path("path").asString()).isEqualTo("/tree/llama/0");
        assertThat(explained.path("mirror").path("place").asInt()).isEqualTo(1);
        assertThat(ExplainAnswer.of(List.of(), List.of(), request).toString()).contains("not_watched");
    }
}
