package org.isomorph.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isomorph.spec.Dsl.*;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isomorph.spec.Model;
import org.isomorph.spec.kotlin.SpecJson;
import org.isomorph.tensor.Tensor;
import org.isomorph.tensorfile.Safetensors;
import org.isomorph.testing.Snippets;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The console blocks of the pages, run from the first line to the last in an empty directory, as a
 * reader would: {@code ./isomorph}, what {@code printf} gives it to read, {@code cmp}, and nothing
 * else.
 *
 * <p>A line {@code ...} stands for any lines, within a line for any text. Seconds do not count.
 * There are a description, {@code spec.json}, and a prompt, {@code prompt.txt}.
 */
class ConsoleTest {
  private static final Pattern BLOCK = Pattern.compile("(?sm)^```console\n(.*?)^```");
  private static final Pattern SECONDS = Pattern.compile("\\d+\\.\\d\\d s\\b");

  private static final Pattern PIPED = Pattern.compile("printf '(.*)' \\| (.*)");

  private static final Model TINY =
      causal("tiny", 99, 32)
          .layers(3, block(rms(1e-6)).attention(gqa(4, 2).rope(10_000)).ffn(swiglu(48)))
          .head(lm());

  @TempDir Path directory;

  private record Command(String line, List<String> output) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "README.md",
        "docs/converting.md",
        "docs/running.md",
        "docs/generation.md",
        "docs/probes.md",
        "docs/report.md",
        "docs/proof.md",
        "docs/comparing.md",
        "docs/debugging.md",
        "docs/megatron.md"
      })
  void everyCommandPrintsWhatThePageSays(String path) throws Exception {
    Files.writeString(directory.resolve("spec.json"), SpecJson.write(TINY));
    Files.writeString(directory.resolve("prompt.txt"), "1 2 3\n");
    List<Command> commands = commands(Files.readString(Snippets.page(path)));
    assertThat(commands).isNotEmpty();
    for (Command command : commands) {
      if (command.line().contains(" swapped") && !Files.exists(directory.resolve("swapped")))
        swap();
      assertThat(run(command.line()))
          .as("%s: %s", path, command.line())
          .matches(pattern(command.output()));
    }
  }

  /** A conversion that went wrong: gate and up of one layer are in each other's place. */
  private void swap() throws IOException {
    Path from = directory.resolve("as-qwen2"), to = directory.resolve("swapped");
    Files.createDirectory(to);
    Files.copy(from.resolve("config.json"), to.resolve("config.json"));
    Map<String, Tensor> tensors = Safetensors.read(from.resolve("model.safetensors"));
    SequencedMap<String, Tensor> wrong = new LinkedHashMap<>(tensors);
    String gate = "model.layers.1.mlp.gate_proj.weight", up = "model.layers.1.mlp.up_proj.weight";
    wrong.put(gate, tensors.get(up));
    wrong.put(up, tensors.get(gate));
    Safetensors.write(to.resolve("model.safetensors"), wrong);
  }

  private static List<Command> commands(String page) {
    List<Command> commands = new ArrayList<>();
    Matcher block = BLOCK.matcher(page);
    while (block.find())
      for (String line : block.group(1).lines().toList())
        if (line.startsWith("$ ")) commands.add(new Command(line.substring(2), new ArrayList<>()));
        else commands.getLast().output().add(line);
    return commands;
  }

  private static Pattern pattern(List<String> lines) {
    StringBuilder pattern = new StringBuilder();
    for (String line : lines)
      if (line.equals("...")) pattern.append("(?:.*\n)*");
      else pattern.append(Pattern.quote(normal(line)).replace("...", "\\E.*\\Q")).append("\n");
    return Pattern.compile(pattern.toString());
  }

  private String run(String line) throws Exception {
    Matcher piped = PIPED.matcher(line);
    String input = piped.matches() ? piped.group(1).replace("\\n", "\n") : "";
    String command = piped.matches() ? piped.group(2) : line;
    List<String> words = Arrays.asList(command.replace("'", "").split(" "));
    return switch (words.getFirst()) {
      case "./isomorph" -> isomorph(words.subList(1, words.size()), input);
      case "cmp" -> compare(words.get(1), words.get(2));
      default -> throw new IllegalArgumentException("no such command here: " + line);
    };
  }

  /** As the launcher starts it, but with the classes under test. */
  private String isomorph(List<String> arguments, String input)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "org.isomorph.cli.MainKt"));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    for (String variable : List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "ISOMORPH_DEBUG"))
      builder.environment().remove(variable);
    builder.environment().put("ISOMORPH_PLUGINS", directory.resolve("none").toString());
    Process process = builder.start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    // Trailing blanks are lost in pages.
    return normal(output).replaceAll("(?m) +$", "");
  }

  private String compare(String one, String other) throws IOException {
    long at = Files.mismatch(directory.resolve(one), directory.resolve(other));
    return at < 0 ? "" : "%s %s differ: byte %d\n".formatted(one, other, at + 1);
  }

  private static String normal(String text) {
    return SECONDS.matcher(text).replaceAll("N s");
  }
}
