# Elixir, on one scheduler: elixir --erl "+S 1:1" elixir.exs MEASUREMENT SIZE

defmodule Counter do
  use GenServer
  def init(count), do: {:ok, count}
  def handle_call(_request, _client, count), do: {:reply, count, count}
  def handle_cast(_request, count), do: {:noreply, count + 1}
end

defmodule Bench do
  def round_trip(count) do
    server = spawn(&echo/0)
    exchange(server, div(count, 10))
    [round_trip: microseconds_each(count, fn -> exchange(server, count) end)]
  end

  def call(count) do
    {:ok, server} = GenServer.start(Counter, 0)
    repeat(div(count, 10), fn -> GenServer.call(server, :get) end)
    [call: microseconds_each(count, fn -> repeat(count, fn -> GenServer.call(server, :get) end) end)]
  end

  def cast(count) do
    {:ok, server} = GenServer.start(Counter, 0)

    each =
      microseconds_each(count, fn ->
        repeat(count, fn -> GenServer.cast(server, :add) end)
        ^count = GenServer.call(server, :get, :infinity)
      end)

    [cast: 1.0e6 / each]
  end

  def spawn_exit(count) do
    start_and_notice = fn ->
      {_pid, ref} = spawn_monitor(fn -> :ok end)

      receive do
        {:DOWN, ^ref, :process, _, _} -> :ok
      end
    end

    [spawn_exit: microseconds_each(count, fn -> repeat(count, start_and_notice) end)]
  end

  def ring(hops) do
    nodes = 1000
    me = self()
    first = Enum.reduce(2..nodes, me, fn _, neighbour -> spawn(fn -> pass_on(neighbour) end) end)
    rounds = div(hops, nodes)

    once = fn ->
      send(first, :token)

      receive do
        :token -> :ok
      end
    end

    [ring: microseconds_each(rounds * nodes, fn -> repeat(rounds, once) end)]
  end

  def restart(count) do
    rounds = div(count, 100)
    [restart: microseconds_each(100 * rounds, fn -> repeat(rounds, fn -> restart_hundred_times() end) end)]
  end

  def preemption(_size) do
    {:ok, server} = GenServer.start(Counter, 0)
    deadline = now() + 1_000_000_000
    spawn(fn -> compute_until(deadline) end)
    waits = Enum.sort(waits_until(deadline, server, []))
    median = Enum.at(waits, div(length(waits), 2))
    [preemption_median: median / 1.0e6, preemption_max: List.last(waits) / 1.0e6]
  end

  def parked(count), do: [parked: bytes_each(count, fn -> receive(do: (_ -> :ok)) end)]

  def hibernated(count), do: [hibernated: bytes_each(count, fn -> :erlang.hibernate(Bench, :echo, []) end)]

  def selective(queued) do
    count = 1000
    server = spawn(&serial_echo/0)
    none = microseconds_each(count, fn -> selective_exchange(server, count) end)
    refused_none = refused(0, count)
    refused_many = refused(queued, count)
    repeat(queued, fn -> send(self(), :noise) end)
    many = microseconds_each(count, fn -> selective_exchange(server, count) end)
    [selective_none: none, selective_many: many, refused_none: refused_none, refused_many: refused_many]
  end

  def timers(count) do
    server = spawn(&echo/0)
    none = microseconds_each(200_000, fn -> exchange(server, 200_000) end)
    nobody = spawn(&echo/0)
    repeat(count, fn -> Process.send_after(nobody, :late, 3_600_000) end)
    [timers_none: none, timers_many: microseconds_each(200_000, fn -> exchange(server, 200_000) end)]
  end

  def long_queue(count) do
    busy = spawn(fn -> Process.sleep(:infinity) end)
    sample = div(count, 10)
    sends = fn number -> microseconds_each(number, fn -> repeat(number, fn -> send(busy, :more) end) end) end
    empty = sends.(sample)
    sends.(count - sample)
    [queue_empty: empty, queue_million: sends.(sample)]
  end

  # What the measurements share

  # Supervisors remember each restart of the last seconds: a fresh one for each hundred, so that this does not count.
  def restart_hundred_times do
    worker = %{id: :worker, start: {Bench, :start_worker, [self()]}}
    {:ok, supervisor} = Supervisor.start_link([worker], strategy: :one_for_one, max_restarts: 100)

    last =
      Enum.reduce(1..100, next_worker(), fn _, pid ->
        Process.exit(pid, :kill)
        next_worker()
      end)

    Supervisor.stop(supervisor)
    last
  end

  def start_worker(boss) do
    {:ok,
     spawn_link(fn ->
       send(boss, {:up, self()})
       Process.sleep(:infinity)
     end)}
  end

  def next_worker do
    receive do
      {:up, pid} -> pid
    end
  end

  def compute_until(deadline), do: if(now() < deadline, do: compute_until(deadline))

  def waits_until(deadline, server, waits) do
    start = now()

    if start < deadline do
      GenServer.call(server, :get)
      waits_until(deadline, server, [now() - start | waits])
    else
      waits
    end
  end

  def bytes_each(count, function) do
    repeat(div(count, 10), fn -> spawn(function) end)
    Process.sleep(100)
    before = resident_bytes()
    repeat(count, fn -> spawn(function) end)
    Process.sleep(100)
    (resident_bytes() - before) / count
  end

  def resident_bytes do
    [_, pages | _] = String.split(File.read!("/proc/self/statm"))
    String.to_integer(pages) * 4096
  end

  def serial_echo do
    receive do
      {:serial, client, number} -> send(client, {:pong, number})
    end

    serial_echo()
  end

  def selective_exchange(_server, 0), do: :ok

  def selective_exchange(server, number) do
    send(server, {:serial, self(), number})

    receive do
      {:pong, ^number} -> selective_exchange(server, number - 1)
    end
  end

  # A round trip to an echo, and on the way a message to a receive that refuses it.
  def refused(queued, count) do
    server = spawn(&echo/0)
    choosy = spawn(fn -> receive(do: (:wanted -> :ok)) end)
    repeat(queued, fn -> send(choosy, :noise) end)
    exchange(server, 100)

    once = fn ->
      send(choosy, :noise)
      exchange(server, 1)
    end

    microseconds_each(count, fn -> repeat(count, once) end)
  end

  def echo do
    receive do
      {:ping, client} -> send(client, :pong)
    end

    echo()
  end

  def exchange(_server, 0), do: :ok

  def exchange(server, count) do
    send(server, {:ping, self()})

    receive do
      :pong -> exchange(server, count - 1)
    end
  end

  def pass_on(neighbour) do
    receive do
      message -> send(neighbour, message)
    end

    pass_on(neighbour)
  end

  def repeat(0, _action), do: :ok

  def repeat(count, action) do
    action.()
    repeat(count - 1, action)
  end

  def microseconds_each(count, action) do
    start = now()
    action.()
    (now() - start) / count / 1000
  end

  def now, do: System.monotonic_time(:nanosecond)

  def main([name, size]) do
    # Reports of workers that are killed on purpose: writing them is not what is measured.
    :logger.set_primary_config(:level, :none)
    figures = apply(__MODULE__, String.to_existing_atom(name), [String.to_integer(size)])
    IO.puts("{" <> Enum.map_join(figures, ", ", fn {figure, value} -> ~s("#{figure}": #{value}) end) <> "}")
  end
end

Bench.main(System.argv())
