@file:JvmName("-Scopes") // A leading '-' hides this class from Java, which has Dsl.

package org.isomorph.spec.kotlin

import org.isomorph.spec.AbsolutePosition
import org.isomorph.spec.Attention
import org.isomorph.spec.Block
import org.isomorph.spec.Dsl
import org.isomorph.spec.FeedForward
import org.isomorph.spec.Frame
import org.isomorph.spec.Head
import org.isomorph.spec.Heads
import org.isomorph.spec.Input
import org.isomorph.spec.Mask
import org.isomorph.spec.Mixer
import org.isomorph.spec.Model
import org.isomorph.spec.Norm
import org.isomorph.spec.Placement
import org.isomorph.spec.Residual
import org.isomorph.spec.Retention
import org.isomorph.spec.Role
import org.isomorph.spec.SharedCache
import org.isomorph.spec.SpecException
import org.isomorph.spec.Tokens
import org.isomorph.spec.Tower

/** Marks the scopes of a description, so that an inner one does not see the calls of an outer. */
@DslMarker @Target(AnnotationTarget.CLASS) public annotation class SpecDsl

/** A decoder in which a token sees itself and those before it. */
public fun causal(name: String, vocab: Long, dim: Long, body: OneTowerScope.() -> Unit): Model =
  oneTower(name, Dsl.tower("decoder", Mask.CAUSAL, dim, Dsl.tokens(vocab)), body)

/** A decoder whose prefix is seen whole. */
public fun prefix(
  name: String,
  vocab: Long,
  dim: Long,
  extent: Mask.Extent = Mask.Extent.Given.GIVEN,
  body: OneTowerScope.() -> Unit,
): Model = oneTower(name, Dsl.tower("decoder", Mask.Prefix(extent), dim, Dsl.tokens(vocab)), body)

/** An encoder of tokens, in which all see all. */
public fun encoder(name: String, vocab: Long, dim: Long, body: OneTowerScope.() -> Unit): Model =
  oneTower(name, Dsl.tower("encoder", Mask.BIDIRECTIONAL, dim, Dsl.tokens(vocab)), body)

/** An encoder and a causal decoder of the same width that share one table of tokens. */
public fun seq2seq(
  name: String,
  vocab: Long,
  dim: Long,
  encoder: TowerScope.() -> Unit,
  decoder: TowerScope.() -> Unit,
  body: ModelScope.() -> Unit,
): Model =
  model(name) {
    tower("encoder", Mask.BIDIRECTIONAL, dim, Dsl.tokens(vocab).shared(), encoder)
    tower("decoder", Mask.CAUSAL, dim, Dsl.tokens(vocab).shared(), decoder)
    body()
  }

/** A model of the towers that [body] adds, in the order of computation. */
public fun model(name: String, body: ModelScope.() -> Unit): Model =
  ModelScope().apply(body).build(name, listOf())

private fun oneTower(name: String, tower: Tower, body: OneTowerScope.() -> Unit): Model {
  val scope = TowerScope(tower)
  return OneTowerScope(scope).apply(body).build(name, listOf(scope))
}

/** What a whole model has: towers, heads, special tokens. */
@SpecDsl
public open class ModelScope internal constructor() {
  private val towers = mutableListOf<TowerScope>()
  private val heads = mutableListOf<Head>()
  private val roles = linkedMapOf<Role, List<Long>>()

  /** The longest sequence it was made for, in tokens; 0 where nobody says. */
  public var context: Long = 0

  public fun tower(
    name: String,
    mask: Mask,
    dim: Long,
    input: Input,
    body: TowerScope.() -> Unit,
  ) {
    towers += TowerScope(Dsl.tower(name, mask, dim, input)).apply(body)
  }

  public fun heads(vararg some: Head) {
    heads += some
  }

  /** The ids of the tokens with this role. */
  public fun role(role: Role, vararg ids: Long) {
    roles[role] = ids.toList()
  }

  internal fun build(name: String, first: List<TowerScope>): Model =
    Model(name, (first + towers).map(TowerScope::build), heads, roles, context)
}

/** A model of one tower: what a model has and what a tower has, at once. */
@SpecDsl
public class OneTowerScope internal constructor(tower: TowerScope) :
  ModelScope(), TowerParts by tower

/** What a tower has: an input, layers, a final norm. */
public interface TowerParts {
  /** The norm after the last layer: the first layers' norm unless it is said. */
  public var finalNorm: Norm

  /** Keys and values computed once for all layers. */
  public var cache: SharedCache?

  /** The token input: positions, segments, norm, scale. */
  public fun embedding(body: EmbeddingScope.() -> Unit)

  /** As many equal layers. */
  public fun layers(
    count: Long,
    norm: Norm,
    placement: Placement = Placement.PRE,
    body: BlockScope.() -> Unit,
  )

  /** As many layers, each from its index in the tower. */
  public fun eachLayer(
    count: Long,
    norm: Norm,
    placement: Placement = Placement.PRE,
    body: BlockScope.(layer: Long) -> Unit,
  )
}

/** One tower of a model. */
@SpecDsl
public class TowerScope internal constructor(private var tower: Tower) : TowerParts {
  private var last: Norm? = null

  override var finalNorm: Norm
    get() = last ?: tower.norm()
    set(norm) {
      last = norm
    }

  override var cache: SharedCache?
    get() = tower.cache().orElse(null)
    set(shared) {
      tower = tower.cache(shared ?: throw SpecException("a cache is not taken away again"))
    }

  override fun embedding(body: EmbeddingScope.() -> Unit) {
    tower = tower.embed { EmbeddingScope(it).apply(body).tokens }
  }

  override fun layers(
    count: Long,
    norm: Norm,
    placement: Placement,
    body: BlockScope.() -> Unit,
  ) {
    tower = tower.layers(count, BlockScope(Frame(norm, placement)).apply(body).build())
  }

  override fun eachLayer(
    count: Long,
    norm: Norm,
    placement: Placement,
    body: BlockScope.(layer: Long) -> Unit,
  ) {
    repeat(Math.toIntExact(count)) {
      val layer = tower.depth()
      layers(1, norm, placement) { body(layer) }
    }
  }

  /** The final norm counts from the end, so it may be said before the layers. */
  internal fun build(): Tower = last?.let(tower::finalNorm) ?: tower
}

/** What is made of token ids before the first layer. */
@SpecDsl
public class EmbeddingScope internal constructor(internal var tokens: Tokens) {
  /** What is added for a token's position. */
  public var position: AbsolutePosition
    get() = tokens.position()
    set(added) {
      tokens = tokens.position(added)
    }

  /** How tokens get their positions. */
  public var numbering: Tokens.Numbering
    get() = tokens.numbering()
    set(how) {
      tokens = tokens.numbering(how)
    }

  /** Rows of the table of segments; 0 for none. */
  public var segments: Long
    get() = tokens.segments()
    set(rows) {
      tokens = tokens.segments(rows)
    }

  /** Applied to the sum. */
  public var norm: Norm
    get() = tokens.norm()
    set(of) {
      tokens = tokens.norm(of)
    }

  /** What looked-up vectors are multiplied by. */
  public var scale: Double
    get() = tokens.scale()
    set(factor) {
      tokens = tokens.scale(factor)
    }

  /** Columns of the table, where they are fewer than the tower's width. */
  public var width: Long
    get() = tokens.width()
    set(columns) {
      tokens = tokens.width(columns)
    }
}

/** The residuals of one layer, in order. */
@SpecDsl
public class BlockScope internal constructor(private val frame: Frame) {
  private val residuals = mutableListOf<Residual>()

  public fun attention(attention: Attention): Unit = add(frame.attention(attention))

  /** Attention to the output of another tower. */
  public fun cross(attention: Heads, tower: String = "encoder"): Unit =
    add(frame.attention(attention.from(Dsl.outputOf(tower))))

  public fun ffn(layer: FeedForward): Unit = add(frame.ffn(layer))

  public fun retention(retention: Retention): Unit = add(frame.retention(retention))

  /** Mixers that read the same stream, each behind a norm of its own. */
  public fun parallel(vararg mixers: Mixer): Unit = add(frame.parallel(*mixers))

  /** Mixers that read the same stream behind one norm. */
  public fun parallelShared(vararg mixers: Mixer): Unit = add(frame.parallelShared(*mixers))

  /** Residuals of the same layer with another norm or placement. */
  public fun framed(
    norm: Norm = frame.norm(),
    placement: Placement = frame.placement(),
    body: BlockScope.() -> Unit,
  ): Unit = add(BlockScope(Frame(norm, placement)).apply(body).build())

  private fun add(more: Block) {
    residuals += more.residuals()
  }

  internal fun build() = Block(residuals)
}
