"""An edition drawn in volumes, parts of it that begin a page, side by side in processes of their own.

WeasyPrint works with one processor, and its memory grows with the document. Volumes take as many processors as there
are, and each gives its memory back. What they tell each other are numbers of pages: those at the foot of each page,
which a volume waits for when it is laid out, and those that name pages elsewhere, in the contents or the index.

    child     the process in which it all happens, and who starts it
    cutting   the edition's HTML in volumes (pure)
    workshop  begins the volumes' processes and passes on the numbers of pages
    drawing   the process of one volume
    binding   their PDFs made one tagged document
"""
