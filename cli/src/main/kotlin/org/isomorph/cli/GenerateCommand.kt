package org.isomorph.cli

import com.github.ajalt.clikt.core.Context
import com.github.ajalt.clikt.core.UsageError
import com.github.ajalt.clikt.parameters.arguments.argument
import com.github.ajalt.clikt.parameters.arguments.help
import com.github.ajalt.clikt.parameters.options.default
import com.github.ajalt.clikt.parameters.options.flag
import com.github.ajalt.clikt.parameters.options.help
import com.github.ajalt.clikt.parameters.options.option
import com.github.ajalt.clikt.parameters.types.double
import com.github.ajalt.clikt.parameters.types.long
import org.isomorph.convert.Checkpoint
import org.isomorph.convert.ModelReference
import org.isomorph.runtime.Generation
import org.isomorph.runtime.LoadedModel
import org.isomorph.runtime.RunOptions
import org.isomorph.runtime.Sampling
import org.isomorph.spec.Model
import org.isomorph.spec.Role

/** Continues a prompt. */
class GenerateCommand : IsomorphCommand("generate") {
  private val model by argument("MODEL").help("A checkpoint's directory")
  private val prompt by
    option("--prompt", metavar = "TEXT")
      .help(
        "The text to continue, or for an encoder to read; needs the checkpoint's tokenizer.json"
      )
  private val ids by
    option("--ids", metavar = "FILE")
      .help("Token ids in place of a text, with blanks or commas between; - for stdin. Prints ids")
  private val maxTokens by
    option("--max-tokens", metavar = "N")
      .long()
      .default(Sampling.USUAL_TOKENS)
      .help("The most tokens to generate")
  private val temperature by
    option("--temperature", metavar = "T")
      .double()
      .help("What logits are divided by; 0 for always the likeliest, the default")
  private val topK by
    option("--top-k", metavar = "K").long().help("Choose among the K likeliest only")
  private val topP by
    option("--top-p", metavar = "P")
      .double()
      .help("Choose among the fewest likeliest whose probabilities reach P")
  private val seed by
    option("--seed", metavar = "N")
      .long()
      .help("Which of all random texts; with the same seed always the same, 0 unless set")
  private val ignoreEnd by
    option("--ignore-eos").flag().help("Go on after the token that ends a sequence")
  private val dtype by
    runDtype().help("What the model computes in; by default what most weights are stored in")
  private val devices by devices()

  override fun help(context: Context) =
    "Continue a prompt, token by token; greedily, unless an option of chance is given."

  override fun helpEpilog(context: Context) =
    """
    |Examples:
    |  isomorph generate TinyStories/ --prompt 'Once upon a time'
    |  isomorph generate Qwen2-7B/ --prompt 'The sea' --temperature 0.8 --top-p 0.95 --seed 7
    |  echo 1 403 407 | isomorph generate tiny/ --ids - --max-tokens 16
    """
      .trimMargin()

  override fun execute() {
    if ((prompt == null) == (ids == null))
      throw UsageError("expected one of --prompt TEXT and --ids FILE")
    val sampling = sampling()
    val start = System.nanoTime()
    LoadedModel.prepare()
    val checkpoint = ModelReference.find(model, families).weights()
    val ids = ids
    if (ids != null) run(checkpoint, TokenIds.read(ids), sampling, PrintedIds(), start)
    else
      TokenizerFile.of(checkpoint.directory()).use {
        val prompt = start(checkpoint, it)
        // A decoder begins a text of its own.
        val before = if (decodes(checkpoint.model())) longArrayOf() else prompt
        run(checkpoint, prompt, sampling, PrintedText(before, it), start)
      }
  }

  /** Greedy, unless something of chance is asked for; then as the model says. */
  private fun sampling(): Sampling {
    val random = topK != null || topP != null || seed != null
    val chosen =
      Sampling.greedy()
        .temperature(temperature ?: if (random) 1.0 else 0.0)
        .topK(topK ?: 0)
        .topP(topP ?: 1.0)
        .seed(seed ?: 0)
        .maxTokens(maxTokens)
    return if (ignoreEnd) chosen.ignoringEnd() else chosen
  }

  /** The prompt's ids; of an empty one, what begins every sequence. */
  private fun start(checkpoint: Checkpoint, tokenizer: TokenizerFile): LongArray {
    val ids = tokenizer.ids(checkNotNull(prompt))
    if (ids.isNotEmpty()) return ids
    val begin = checkpoint.model().ids(Role.BOS).firstOrNull()
    requireNotNull(begin) { "the prompt is empty, and ${checkpoint.model().name()} has no BOS" }
    return longArrayOf(begin)
  }

  private fun decodes(model: Model) = model.ids(Role.DECODER_START).isNotEmpty()

  private fun run(
    checkpoint: Checkpoint,
    prompt: LongArray,
    sampling: Sampling,
    printed: Printed,
    start: Long,
  ) {
    val options = RunOptions.usual().on(parsed(devices)).let { dtype?.let(it::`in`) ?: it }
    checkpoint.load(options).use { model ->
      fewThreadsForTiny(checkpoint.model())
      val watch = StopWatch(start)
      model.generate(prompt, sampling).use { generation ->
        for (token in generation) {
          watch.token()
          if (!printed.token(token)) break
        }
        printed.end()
        System.err.println(watch.summary(prompt.size))
        generation
          .end()
          .filter { it == Generation.End.POSITIONS }
          .ifPresent { System.err.println("stopped: $it") }
      }
    }
  }
}
