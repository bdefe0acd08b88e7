# Writes golden.tfevents with TensorBoard's own protobufs and record writer, and
# reads it back with EventAccumulator: python3 make.py  (pip install tensorboard)
import os, shutil, tempfile
from tensorboard.compat.proto import event_pb2
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.summary.writer.record_writer import RecordWriter

here = os.path.dirname(os.path.abspath(__file__))
golden = os.path.join(here, 'golden.tfevents')
wall = 1700000000.25


def scalar(tag, step, value, seconds):
    e = event_pb2.Event(wall_time=wall + seconds, step=step)
    e.summary.value.add(tag=tag, simple_value=value)
    return e


start = event_pb2.Event(wall_time=wall + 3, step=2)
start.session_log.status = start.session_log.START
events = [
    event_pb2.Event(wall_time=wall, file_version='brain.Event:2'),
    scalar('train/loss', 0, 2.5, 0),
    scalar('train/loss', 1, 1.25, 1),
    scalar('val/accuracy', 300, .125, 2),
    start,
    scalar('train/loss', 2, float('inf'), 4),
]
with open(golden, 'wb') as f:
    w = RecordWriter(f)
    for e in events:
        w.write(e.SerializeToString(deterministic=True))
    w.flush()

with tempfile.TemporaryDirectory() as d:
    shutil.copy(golden, os.path.join(d, 'events.out.tfevents.1700000000.zoo.0'))
    a = event_accumulator.EventAccumulator(d)
    a.Reload()
    for tag in a.Tags()['scalars']:
        print(tag, [(s.step, s.value) for s in a.Scalars(tag)])
