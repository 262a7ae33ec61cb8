# What generated programs call for operations of more than a line. TorchScript, which Python can read:
# the generator copies the functions that a program uses into it, without these comments.
#
# B is the batch, T the tokens of this call, S those that may be seen, H heads, d components of a head.
# `wide` is the dtype of statistics: float32 at least.

# ---- who is where

# The index (B) of the first token with one of these ids; S where there is none.
def first_of(ids: Tensor, wanted: List[int]) -> Tensor:
  found = torch.isin(ids, torch.tensor(wanted, dtype=4, device=ops.prim.device(ids)))
  index = torch.argmax(torch.to(found, dtype=4), 1)
  return torch.where(torch.any(found, 1), index, torch.full_like(index, torch.size(ids, 1)))

# 0, 1, 2, ...: (1, S).
def counted(like: Tensor) -> Tensor:
  return torch.unsqueeze(torch.arange(torch.size(like, 1), dtype=4, device=ops.prim.device(like)), 0)

def sequential(mask: Tensor) -> Tensor:
  return torch.expand(__torch__.counted(mask), [torch.size(mask, 0), -1])

def unpadded(mask: Tensor) -> Tensor:
  return torch.sub(torch.mul(torch.cumsum(mask, 1), mask), 1)

# GLM-130B: from the first of `bos` on, the position of [MASK], or on and on after [gMASK].
def span(ids: Tensor, bos: List[int], masks: List[int]) -> Tensor:
  here = __torch__.counted(ids)
  begin = torch.unsqueeze(__torch__.first_of(ids, bos), 1)
  at = torch.unsqueeze(__torch__.first_of(ids, masks), 1)
  held = torch.__and__(torch.ge(here, begin), torch.lt(at, torch.size(ids, 1)))
  return torch.where(held, at, torch.expand(here, [torch.size(ids, 0), -1]))

# ChatGLM-6B: the position of the mask from the first of `bos` on, and the place in the block.
def span_and_block(ids: Tensor, bos: List[int], masks: List[int]) -> Tensor:
  here = torch.expand(__torch__.counted(ids), [torch.size(ids, 0), -1])
  begin = torch.unsqueeze(__torch__.first_of(ids, bos), 1)
  at = torch.unsqueeze(__torch__.first_of(ids, masks), 1)
  at = torch.where(torch.lt(at, torch.size(ids, 1)), at, begin)
  behind = torch.ge(here, begin)
  rows = torch.where(behind, torch.expand_as(at, here), here)
  block = torch.where(behind, torch.add(torch.sub(here, begin), 1), torch.zeros_like(here))
  return torch.stack([rows, block], 1)

# The index (B) at which a prefix of so many tokens that are not padding ends.
def prefix_of(mask: Tensor, lengths: Tensor) -> Tensor:
  order = torch.cumsum(mask, 1)
  within = torch.__and__(torch.le(order, torch.unsqueeze(lengths, 1)), torch.ne(mask, 0))
  last = torch.mul(torch.to(within, dtype=4), torch.add(__torch__.counted(mask), 1))
  return torch.amax(last, [1])

# The index (B) at which the prefix ends at a token; 0 where there is no such token.
def prefix_end(ids: Tensor, wanted: List[int], behind: int) -> Tensor:
  index = __torch__.first_of(ids, wanted)
  return torch.where(torch.lt(index, torch.size(ids, 1)), torch.add(index, behind), torch.zeros_like(index))

# query - key: (1, 1, T, S).
def distances(queries: int, mask: Tensor) -> Tensor:
  keys = torch.size(mask, 1)
  i = torch.arange(keys - queries, keys, dtype=4, device=ops.prim.device(mask))
  j = torch.arange(keys, dtype=4, device=ops.prim.device(mask))
  return torch.sub(torch.view(i, [1, 1, -1, 1]), torch.view(j, [1, 1, 1, -1]))

def seen(mask: Tensor) -> Tensor:
  return torch.ne(torch.unsqueeze(torch.unsqueeze(mask, 1), 1), 0)

def visible_causal(mask: Tensor, queries: int) -> Tensor:
  return torch.__and__(__torch__.seen(mask), torch.ge(__torch__.distances(queries, mask), 0))

def visible_prefix(mask: Tensor, queries: int, end: Tensor) -> Tensor:
  key = torch.view(torch.arange(torch.size(mask, 1), dtype=4, device=ops.prim.device(mask)), [1, 1, 1, -1])
  within = torch.lt(key, torch.view(end, [-1, 1, 1, 1]))
  behind = torch.ge(__torch__.distances(queries, mask), 0)
  return torch.__and__(__torch__.seen(mask), torch.__or__(behind, within))

def visible_near(visible: Tensor, mask: Tensor, queries: int, window: int) -> Tensor:
  return torch.__and__(visible, torch.lt(__torch__.distances(queries, mask), window))

# ---- rotary positions

# Cosines or sines are taken of these: (B, 1, T, r/2), from positions (B, T) and frequencies
# (r/2) or (B, r/2).
def angles(positions: Tensor, frequencies: Tensor, wide: int) -> Tensor:
  p = torch.unsqueeze(torch.unsqueeze(torch.to(positions, dtype=wide), 1), -1)
  rows = torch.size(frequencies, -1)
  return torch.mul(p, torch.view(frequencies, [-1, 1, 1, rows]))

# Two positions a token, each with half of the pairs: (B, 2, T) to (B, 1, T, r/2).
def angles_of_two(positions: Tensor, frequencies: Tensor, wide: int) -> Tensor:
  one = __torch__.angles(torch.select(positions, 1, 0), frequencies, wide)
  two = __torch__.angles(torch.select(positions, 1, 1), frequencies, wide)
  return torch.cat([one, two], -1)

# NTK-aware: the base grows with the sequence; (B, r/2) from lengths (B).
def stretched(lengths: Tensor, exponents: Tensor, theta: float, factor: float, trained: float, power: float) -> Tensor:
  length = torch.to(lengths, exponents)
  grown = torch.sub(torch.div(torch.mul(length, factor), trained), factor - 1.)
  base = torch.mul(torch.pow(torch.clamp(grown, 1., None), power), theta)
  return torch.exp(torch.neg(torch.mul(torch.unsqueeze(torch.log(base), 1), exponents)))

# The same in Qwen-1's steps.
def stretched_in_steps(lengths: Tensor, exponents: Tensor, theta: float, trained: float, power: float) -> Tensor:
  length = torch.to(lengths, exponents)
  step = torch.add(torch.ceil(torch.log2(torch.div(length, trained))), 1.)
  grown = torch.clamp(torch.sub(torch.exp2(step), 1.), 1., None)
  base = torch.mul(torch.pow(grown, power), theta)
  return torch.exp(torch.neg(torch.mul(torch.unsqueeze(torch.log(base), 1), exponents)))

# One set of frequencies for sequences as trained, another for longer ones: (B, r/2).
def short_or_long(lengths: Tensor, short: Tensor, long: Tensor, trained: int) -> Tensor:
  return torch.where(torch.unsqueeze(torch.gt(lengths, trained), 1), torch.unsqueeze(long, 0), torch.unsqueeze(short, 0))

def rotate_halves(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  half = torch.size(cos, -1)
  a = torch.slice(x, -1, 0, half)
  b = torch.slice(x, -1, half, half * 2)
  turned = [torch.sub(torch.mul(a, cos), torch.mul(b, sin)), torch.add(torch.mul(b, cos), torch.mul(a, sin))]
  if torch.size(x, -1) > half * 2:
    _0 = torch.append(turned, torch.slice(x, -1, half * 2))
  return torch.cat(turned, -1)

def rotate_pairs(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  whole = torch.size(cos, -1) * 2
  a = torch.slice(x, -1, 0, whole, 2)
  b = torch.slice(x, -1, 1, whole, 2)
  one = torch.sub(torch.mul(a, cos), torch.mul(b, sin))
  two = torch.add(torch.mul(b, cos), torch.mul(a, sin))
  turned = torch.flatten(torch.stack([one, two], -1), -2)
  if torch.size(x, -1) > whole:
    turned = torch.cat([turned, torch.slice(x, -1, whole)], -1)
  return turned

# Each half of the components by a position of its own.
def rotate_halves_of_two(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  pairs = torch.floordiv(torch.size(cos, -1), 2)
  one = __torch__.rotate_halves(torch.slice(x, -1, 0, pairs * 2), torch.slice(cos, -1, 0, pairs), torch.slice(sin, -1, 0, pairs))
  two = __torch__.rotate_halves(torch.slice(x, -1, pairs * 2), torch.slice(cos, -1, pairs), torch.slice(sin, -1, pairs))
  return torch.cat([one, two], -1)

def rotate_pairs_of_two(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  pairs = torch.floordiv(torch.size(cos, -1), 2)
  one = __torch__.rotate_pairs(torch.slice(x, -1, 0, pairs * 2), torch.slice(cos, -1, 0, pairs), torch.slice(sin, -1, 0, pairs))
  two = __torch__.rotate_pairs(torch.slice(x, -1, pairs * 2), torch.slice(cos, -1, pairs), torch.slice(sin, -1, pairs))
  return torch.cat([one, two], -1)

# ---- other positions

# Fixed sines and cosines, in turn: (B, T, width).
def sinusoid(positions: Tensor, frequencies: Tensor) -> Tensor:
  angle = torch.mul(torch.unsqueeze(torch.to(positions, frequencies), -1), frequencies)
  return torch.flatten(torch.stack([torch.sin(angle), torch.cos(angle)], -1), -2)

# Queries beyond the trained length times the logarithm of their place to its base.
def log_scaled(q: Tensor, positions: Tensor, trained: int, wide: int) -> Tensor:
  place = torch.to(torch.add(positions, 1), dtype=wide)
  factor = torch.div(torch.log(place), torch.log(torch.full_like(place, trained)))
  factor = torch.where(torch.gt(place, trained), factor, torch.ones_like(factor))
  return torch.mul(q, torch.to(torch.unsqueeze(torch.unsqueeze(factor, 1), -1), q))

# A slope for each head, times the distance: (1, H, T, S).
def distance_bias(queries: int, mask: Tensor, slopes: Tensor) -> Tensor:
  far = torch.to(torch.abs(__torch__.distances(queries, mask)), slopes)
  return torch.neg(torch.mul(torch.view(slopes, [1, -1, 1, 1]), far))

# T5's buckets: half for small distances, one each, half for larger ones, by their logarithm.
# Computed in float32, as the reference does: the borders of buckets depend on it.
def bucket_bias(queries: int, mask: Tensor, table: Tensor, most: int, far: float, both: bool) -> Tensor:
  distance = torch.squeeze(torch.squeeze(__torch__.distances(queries, mask), 0), 0)
  base = torch.zeros_like(distance)
  buckets = most
  if both:
    buckets = torch.floordiv(most, 2)
    base = torch.mul(torch.to(torch.lt(distance, 0), dtype=4), buckets)
    distance = torch.abs(distance)
  else:
    distance = torch.clamp(distance, 0, None)
  exact = torch.floordiv(buckets, 2)
  ratio = torch.log(torch.div(torch.to(distance, dtype=6), exact))
  larger = torch.to(torch.mul(torch.div(ratio, far), buckets - exact), dtype=4)
  larger = torch.clamp(torch.add(larger, exact), None, buckets - 1)
  bucket = torch.add(base, torch.where(torch.lt(distance, exact), distance, larger))
  return torch.unsqueeze(torch.permute(torch.embedding(table, bucket), [2, 0, 1]), 0)

# ---- attention

# Key or value heads, each as often as it serves query heads.
def shared_heads(x: Tensor, heads: int) -> Tensor:
  times = torch.floordiv(heads, torch.size(x, 1))
  y = x
  if times > 1:
    y = torch.repeat_interleave(x, times, 1)
  return y

# Attention with a mask (B or 1, 1 or H, T or 1, S). libtorch's fast kernels want as many heads of keys as of queries:
# queries that share a head become its rows, each with its row of the mask; where that makes the mask larger than the
# keys, these are repeated.
def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: float) -> Tensor:
  batch = torch.size(q, 0)
  heads = torch.size(q, 1)
  groups = torch.size(k, 1)
  times = torch.floordiv(heads, groups)
  rows = times * torch.size(q, 2)
  if times > 1 and torch.size(q, 2) <= groups * torch.size(k, 3):
    seen = mask
    if torch.size(mask, 1) == heads:
      seen = torch.reshape(mask, [torch.size(mask, 0), groups, rows, torch.size(mask, 3)])
    elif torch.size(mask, 2) > 1:
      seen = torch.flatten(torch.expand(torch.unsqueeze(mask, 2), [-1, -1, times, -1, -1]), 2, 3)
    mixed = torch.scaled_dot_product_attention(torch.reshape(q, [batch, groups, rows, torch.size(q, 3)]), k, v, seen, 0., False, scale=scale, enable_gqa=False)
    apart = torch.unflatten(mixed, 2, [times, torch.size(q, 2)])
    y = torch.transpose(torch.flatten(torch.permute(apart, [0, 3, 1, 2, 4]), 2, 3), 1, 2)
  else:
    y = torch.scaled_dot_product_attention(q, __torch__.shared_heads(k, heads), __torch__.shared_heads(v, heads), mask, 0., False, scale=scale, enable_gqa=False)
  return y

# The same where no query sees a key behind it: many queries in pieces, each with the keys up to its last one, so that
# half of the products of a long prompt are left out.
def attend_causal(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: float) -> Tensor:
  queries = torch.size(q, 2)
  piece = 256
  if queries <= piece:
    y = __torch__.attend(q, k, v, mask, scale)
  else:
    parts = annotate(List[Tensor], [])
    end = 0
    while end < queries:
      first = end
      end = first + piece
      keys = torch.size(k, 2) - queries + end
      seen = torch.slice(torch.slice(mask, 2, first, end), 3, 0, keys)
      _0 = torch.append(parts, __torch__.attend(torch.slice(q, 2, first, end), torch.slice(k, 2, 0, keys), torch.slice(v, 2, 0, keys), seen, scale))
    y = torch.cat(parts, 2)
  return y

def scores(q: Tensor, k: Tensor, scale: float) -> Tensor:
  keys = __torch__.shared_heads(k, torch.size(q, 1))
  return torch.mul(torch.matmul(q, torch.transpose(keys, -1, -2)), scale)

def masked(scores: Tensor, visible: Tensor, wide: int) -> Tensor:
  return torch.where(visible, torch.to(scores, dtype=wide), float("-inf"))

# A query that sees nothing gets zeros.
def probabilities(scores: Tensor, visible: Tensor, wide: int) -> Tensor:
  return torch.to(torch._safe_softmax(__torch__.masked(scores, visible, wide), -1), scores)

# With one more term in the denominator, which no value belongs to: sink (H) or (1).
def probabilities_with_sink(scores: Tensor, visible: Tensor, sink: Tensor, wide: int) -> Tensor:
  seen = __torch__.masked(scores, visible, wide)
  column = torch.expand(torch.view(torch.to(sink, dtype=wide), [1, -1, 1, 1]), [torch.size(seen, 0), torch.size(seen, 1), torch.size(seen, 2), 1])
  both = torch.softmax(torch.cat([seen, column], -1), -1)
  return torch.to(torch.slice(both, -1, 0, torch.size(seen, -1)), scores)

def weigh(probabilities: Tensor, v: Tensor) -> Tensor:
  return torch.matmul(probabilities, __torch__.shared_heads(v, torch.size(probabilities, 1)))

# Gated retention, one chunk: what the chunk's own tokens give, and what the state before it gives.
# Decay is a logarithm, (B, T, H). Padding neither adds nor decays. Returns the mix and the new state.
def retain(q: Tensor, k: Tensor, v: Tensor, decay: Tensor, mask: Tensor, state: Tensor, temperature: float, wide: int) -> Tuple[Tensor, Tensor]:
  real = torch.unsqueeze(torch.to(mask, dtype=wide), -1)
  rate = torch.mul(torch.div(torch.log_sigmoid(torch.to(decay, dtype=wide)), temperature), real)
  total = torch.cumsum(torch.transpose(rate, 1, 2), -1)
  keys = torch.mul(torch.to(k, dtype=wide), torch.unsqueeze(torch.transpose(real, 1, 2), -1))
  keys = torch.mul(keys, torch.pow(torch.size(k, -1), -0.5))
  queries = torch.to(q, dtype=wide)
  values = torch.to(v, dtype=wide)
  length = torch.size(q, 2)
  order = torch.arange(length, dtype=4, device=ops.prim.device(q))
  behind = torch.ge(torch.unsqueeze(order, 1), torch.unsqueeze(order, 0))
  between = torch.sub(torch.unsqueeze(total, -1), torch.unsqueeze(total, -2))
  weights = torch.exp(torch.where(behind, between, float("-inf")))
  own = torch.matmul(torch.mul(torch.matmul(queries, torch.transpose(keys, -1, -2)), weights), values)
  before = torch.matmul(torch.mul(queries, torch.unsqueeze(torch.exp(total), -1)), state)
  last = torch.slice(total, -1, length - 1)
  left = torch.unsqueeze(torch.exp(torch.sub(last, total)), -1)
  added = torch.matmul(torch.transpose(torch.mul(keys, left), -1, -2), values)
  after = torch.add(torch.mul(state, torch.unsqueeze(torch.exp(last), -1)), added)
  return (torch.to(torch.add(own, before), q), after)

# ---- mixtures

def chosen(p: Tensor, k: int, sum_to_one: bool, scale: float) -> Tuple[Tensor, Tensor]:
  weights, choices, = torch.topk(p, k, -1)
  if sum_to_one:
    weights = torch.div(weights, torch.sum(weights, [-1], True, dtype=None))
  return (torch.mul(weights, scale), choices)

# 1 for the experts of the best groups, 0 for others: (B, T, E) from (B, T, groups).
def in_best_groups(groups: Tensor, best: int, experts: int) -> Tensor:
  _0, index, = torch.topk(groups, best, -1)
  kept = torch.scatter(torch.zeros_like(groups), -1, index, torch.ones_like(torch.gather(groups, -1, index)))
  return torch.repeat_interleave(kept, torch.floordiv(experts, torch.size(groups, -1)), -1)

def route_softmax(scores: Tensor, k: int, sum_to_one: bool, scale: float, wide: int) -> Tuple[Tensor, Tensor]:
  return __torch__.chosen(torch.softmax(torch.to(scores, dtype=wide), -1), k, sum_to_one, scale)

def route_best_of_groups(scores: Tensor, correction: Tensor, k: int, groups: int, best: int, sum_to_one: bool, scale: float, wide: int) -> Tuple[Tensor, Tensor]:
  p = torch.softmax(torch.to(scores, dtype=wide), -1)
  choice = torch.add(p, torch.to(correction, dtype=wide))
  grouped = torch.amax(torch.unflatten(choice, -1, [groups, -1]), [-1])
  kept = __torch__.in_best_groups(grouped, best, torch.size(p, -1))
  return __torch__.weighed_by(p, torch.mul(choice, kept), k, sum_to_one, scale)

def route_two_of_groups(scores: Tensor, correction: Tensor, k: int, groups: int, best: int, sum_to_one: bool, scale: float, wide: int) -> Tuple[Tensor, Tensor]:
  p = torch.sigmoid(torch.to(scores, dtype=wide))
  choice = torch.add(p, torch.to(correction, dtype=wide))
  members = torch.unflatten(choice, -1, [groups, -1])
  two = 2
  if torch.size(members, -1) < 2:
    two = 1
  top, _0, = torch.topk(members, two, -1)
  kept = __torch__.in_best_groups(torch.sum(top, [-1], False, dtype=None), best, torch.size(p, -1))
  return __torch__.weighed_by(p, torch.where(torch.gt(kept, 0), choice, float("-inf")), k, sum_to_one, scale)

# Chosen by one score, weighed by another.
def weighed_by(p: Tensor, choice: Tensor, k: int, sum_to_one: bool, scale: float) -> Tuple[Tensor, Tensor]:
  _0, choices, = torch.topk(choice, k, -1)
  weights = torch.gather(p, -1, choices)
  if sum_to_one:
    weights = torch.div(weights, torch.add(torch.sum(weights, [-1], True, dtype=None), 9.9999999999999995e-21))
  return (torch.mul(weights, scale), choices)

# One expert; a token beyond an expert's capacity in its sequence goes to none.
def route_switch(scores: Tensor, capacity: int, wide: int) -> Tuple[Tensor, Tensor]:
  p = torch.softmax(torch.to(scores, dtype=wide), -1)
  weights, choices, = torch.topk(p, 1, -1)
  sent = torch.scatter(torch.zeros_like(p), -1, choices, torch.ones_like(weights))
  place = torch.gather(torch.cumsum(sent, 1), -1, choices)
  return (torch.mul(weights, torch.to(torch.le(place, capacity), weights)), choices)

# Each expert that any token chose, once, over its tokens.
def experts(x: Tensor, weights: Tensor, choices: Tensor, w: List[Tensor], first: int) -> Tensor:
  flat = torch.flatten(x, 0, 1)
  choice = torch.flatten(choices, 0, 1)
  weight = torch.to(torch.flatten(weights, 0, 1), x)
  y = torch.zeros_like(flat)
  used, _0, _1 = torch._unique2(choice)
  for n in range(torch.size(used, 0)):
    e = int(torch.select(used, 0, n))
    tokens, slots, = torch.unbind(torch.nonzero(torch.eq(choice, e)), 1)
    h = __torch__.expert(torch.index_select(flat, 0, tokens), w, first + e * PARTS)
    given = torch.index(weight, annotate(List[Optional[Tensor]], [tokens, slots]))
    y = torch.index_add(y, 0, tokens, torch.mul(h, torch.unsqueeze(given, -1)))
  return torch.view_as(y, x)

# ---- whole sequences

def picked(x: Tensor, index: Tensor) -> Tensor:
  at = torch.expand(torch.view(index, [-1, 1, 1]), [-1, 1, torch.size(x, -1)])
  return torch.squeeze(torch.gather(x, 1, at), 1)

def pool_last(x: Tensor, mask: Tensor) -> Tensor:
  return __torch__.picked(x, torch.argmax(torch.mul(torch.ne(mask, 0), torch.add(__torch__.counted(mask), 1)), 1))

def pool_mean(x: Tensor, mask: Tensor) -> Tensor:
  real = torch.unsqueeze(torch.to(torch.ne(mask, 0), x), -1)
  return torch.div(torch.sum(torch.mul(x, real), [1], False, dtype=None), torch.clamp(torch.sum(real, [1], False, dtype=None), 1., None))

# Where there is no such token, the first: as in CLIP's reference, and padding behind plays no part.
def pool_end(x: Tensor, ids: Tensor, ends: List[int]) -> Tensor:
  index = __torch__.first_of(ids, ends)
  return __torch__.picked(x, torch.where(torch.lt(index, torch.size(ids, 1)), index, torch.zeros_like(index)))

# ---- what programs are given that run without Isomorph

def needed(x: Optional[Tensor], name: str) -> Tensor:
  if torch.__is__(x, None):
    ops.prim.RaiseException(torch.add(name, " is missing"), "builtins.ValueError")
    y = torch.empty([0])
  else:
    y = unchecked_cast(Tensor, x)
  return y

# For each of the ids.
def given_or_ones(x: Optional[Tensor], ids: Tensor) -> Tensor:
  if torch.__is__(x, None):
    y = torch.ones_like(ids, dtype=4)
  else:
    y = torch.to(unchecked_cast(Tensor, x), dtype=4)
  return y

def given_or_zeros(x: Optional[Tensor], ids: Tensor) -> Tensor:
  if torch.__is__(x, None):
    y = torch.zeros_like(ids, dtype=4)
  else:
    y = torch.to(unchecked_cast(Tensor, x), dtype=4)
  return y
