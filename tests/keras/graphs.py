"""Random functional models: several inputs and outputs, branches that meet again, images beside vectors."""
from plans import SMOOTH, Case, image, pick, vector


class Graph:
    """Calls to make, in order: (class, keys, the values that it reads). Values are numbered, the inputs first."""

    def __init__(self, shapes):
        self.shapes = list(shapes)
        self.inputs = len(shapes)
        self.calls = []
        self.read = set()
        self.outputs = []

    def add(self, name, keys, sources, shape):
        self.calls.append((name, keys, sources))
        self.read.update(sources)
        self.shapes.append(shape)
        return len(self.shapes) - 1

    def build(self, dialect):
        keras = dialect.keras
        values = [keras.Input(shape, name=f"in{i}") for i, shape in enumerate(self.shapes[: self.inputs])]
        for name, keys, sources in self.calls:
            read = [values[s] for s in sources]
            values.append(dialect.layer(name, **keys)(read if name in ("Add", "Concatenate") else read[0]))
        return keras.Model(values[: self.inputs], [values[o] for o in self.outputs])


def grow(rng, graph, last):
    """One more layer behind one of the values."""
    shape = graph.shapes[last]
    like = [v for v in range(len(graph.shapes)) if graph.shapes[v] == shape and v != last]
    flat = [v for v in range(len(graph.shapes)) if len(graph.shapes[v]) == 1 and v != last]
    roll = rng.random()
    if like and roll < 0.3:
        others = [pick(rng, like)] + ([pick(rng, like)] if rng.random() < 0.2 else [])
        order = [last, *others] if rng.random() < 0.5 else [*others, last]
        return graph.add("Add", {}, order, shape)
    if len(shape) == 1 and flat and roll < 0.5:
        other = pick(rng, flat)
        return graph.add("Concatenate", {"axis": pick(rng, [-1, 1])}, [other, last],
                         (shape[0] + graph.shapes[other][0],))
    if len(shape) == 3:
        if like and roll < 0.45:
            axis = int(rng.integers(1, 4))
            joined = list(shape)
            joined[axis - 1] *= 2
            return graph.add("Concatenate", {"axis": axis}, [last, pick(rng, like)], tuple(joined))
        if roll < 0.8:
            keys = {"filters": shape[2], "kernel_size": 3, "padding": "same", "activation": pick(rng, SMOOTH)}
            return graph.add("Conv2D", keys, [last], shape)
        return graph.add("Flatten", {}, [last], (shape[0] * shape[1] * shape[2],))
    if roll < 0.6:
        name, keys = pick(rng, [("Activation", {"activation": "tanh"}), ("Dropout", {"rate": 0.3}),
                                ("BatchNormalization", {}), ("LeakyReLU", {})])
        return graph.add(name, keys, [last], shape)
    units = pick(rng, [3, 3, 5])
    return graph.add("Dense", {"units": units, "activation": pick(rng, SMOOTH)}, [last], (units,))


def random_graph(rng):
    shapes = [image(rng, 5) if rng.random() < 0.3 else vector(rng) for _ in range(int(rng.integers(1, 4)))]
    graph = Graph(shapes)
    for _ in range(int(rng.integers(4, 14))):
        grow(rng, graph, int(rng.integers(len(graph.shapes))))
    for value in range(graph.inputs):  # every input is used
        if value not in graph.read:
            grow(rng, graph, value)
    graph.outputs = [v for v in range(graph.inputs, len(graph.shapes)) if v not in graph.read]
    rng.shuffle(graph.outputs)
    return graph


def graphs(rng, count):
    for _ in range(count):
        graph = random_graph(rng)
        yield Case("functional", tuple(graph.shapes[: graph.inputs]), [], graph=graph)


def twins(rng):
    """Two branches of one shape, which are told apart by their order alone."""
    for swap in (False, True):
        graph = Graph([(4,)])
        a = graph.add("Dense", {"units": 3, "name": "a"}, [0], (3,))
        b = graph.add("Dense", {"units": 3, "name": "b"}, [0], (3,))
        graph.outputs = [graph.add("Concatenate", {}, [b, a] if swap else [a, b], (6,))]
        yield Case("functional", ((4,),), [], graph=graph)
